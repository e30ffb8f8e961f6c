package dev.modelfleet.runtime.serve;

import dev.modelfleet.runtime.serve.http.HttpLimits;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unmodified KServe Python client, over REST (JSON and binary) and gRPC (typed and raw). */
class KserveClientTest {

  @TempDir private Path directory;

  @Test
  void theKserveClientInfersOverBothProtocols() throws Exception {
    try (TestServer server =
        TestServer.start(TestVariant.of(directory, "add_sub"), 64, HttpLimits.DEFAULT)) {
      PythonClients.runWith(
          "requirements-kserve.txt",
          "kserve_client_test.py",
          "127.0.0.1:" + server.server().httpPort(),
          "127.0.0.1:" + server.server().grpcPort());
    }
  }
}
