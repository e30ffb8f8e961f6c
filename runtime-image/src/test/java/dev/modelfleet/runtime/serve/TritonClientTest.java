package dev.modelfleet.runtime.serve;

import dev.modelfleet.runtime.serve.http.HttpLimits;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unmodified tritonclient from Python, as users have it. */
class TritonClientTest {

  @TempDir private Path directory;

  @Test
  void theHttpClientWorksUnmodified() throws Exception {
    try (TestServer server = TestServer.controllable(TestVariant.of(directory, "identity"))) {
      PythonClients.run("http_client_test.py", "127.0.0.1:" + server.server().httpPort());
    }
  }

  @Test
  void theGrpcClientWorksUnmodified() throws Exception {
    try (TestServer server = TestServer.controllable(TestVariant.of(directory, "identity"))) {
      PythonClients.run("grpc_client_test.py", "127.0.0.1:" + server.server().grpcPort());
    }
  }

  @Test
  void typedContentsOfGrpcAreRead() throws Exception {
    try (TestServer server =
        TestServer.start(TestVariant.of(directory, "add_sub"), 256, HttpLimits.DEFAULT)) {
      PythonClients.run("grpc_typed_test.py", "127.0.0.1:" + server.server().grpcPort());
    }
  }
}
