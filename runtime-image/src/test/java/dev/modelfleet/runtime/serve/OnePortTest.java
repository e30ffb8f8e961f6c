package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.runtime.serve.http.Tls;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/1.1, HTTP/2 and gRPC on the same port. {@link TlsTest} has the same with TLS. */
class OnePortTest {

  private static final String ADDITION =
      "{\"inputs\":[{\"name\":\"a\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]},"
          + "{\"name\":\"b\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,1,1,1]}]}";

  @TempDir private Path directory;

  @Test
  void allProtocolsAreAnsweredOnOnePort() throws Exception {
    try (TestServer server = TestServer.onOnePort(TestVariant.of(directory, "add_sub"), Tls.OFF);
        GrpcCalls calls = new GrpcCalls(server.server().httpPort())) {
      assertThat(server.server().grpcPort()).isEqualTo(server.server().httpPort());
      assertThat(server.post("/v2/models/add_sub/infer", ADDITION).body()).contains("[2.0,3.0");
      assertThat(calls.call("ModelInfer", GrpcCalls.addition()).status()).isEqualTo("0");
      HttpResponse<String> second =
          HttpClient.newHttpClient()
              .send(
                  server
                      .request("/v2/models/add_sub/infer")
                      .version(HttpClient.Version.HTTP_2)
                      .POST(BodyPublishers.ofString(ADDITION))
                      .build(),
                  BodyHandlers.ofString());
      assertThat(second.body()).contains("[2.0,3.0");
    }
  }

  @Test
  void aSocketThatDripsIsClosed() throws Exception {
    try (TestServer server = TestServer.onOnePort(TestVariant.of(directory, "add_sub"), Tls.OFF)) {
      for (String begin : new String[] {"", "PRI * HT", "POST /v2 HTTP/1.1\r\nHo"}) {
        try (Socket socket = new Socket("127.0.0.1", server.server().httpPort())) {
          socket.setSoTimeout(10_000);
          socket.getOutputStream().write(begin.getBytes(StandardCharsets.US_ASCII));
          assertThat(socket.getInputStream().read()).as(begin).isEqualTo(-1);
        }
      }
      assertThat(server.get("/v2/health/ready").statusCode()).isEqualTo(200);
    }
  }
}
