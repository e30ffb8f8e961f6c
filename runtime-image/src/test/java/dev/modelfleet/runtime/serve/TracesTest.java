package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.modelfleet.runtime.serve.trace.OtlpTraces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a collector gets of requests over either protocol. */
class TracesTest {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";
  private static final String UNSAMPLED = "00-" + TRACE + "-b7ad6b7169203331-00";
  private static final String ADDITION =
      "{\"id\":\"request-7\",\"inputs\":["
          + "{\"name\":\"a\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]},"
          + "{\"name\":\"b\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,1,1,1]}]}";

  @TempDir private Path directory;
  private final List<String> received = new CopyOnWriteArrayList<>();
  private HttpServer collector;

  @BeforeEach
  void collect() throws IOException {
    collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          received.add(new String(body, StandardCharsets.ISO_8859_1));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
  }

  @AfterEach
  void stop() {
    collector.stop(0);
  }

  @Test
  void requestsOfBothProtocolsJoinTheirClientsTraces() throws Exception {
    try (TestServer server = start(0);
        GrpcCalls calls = new GrpcCalls(server.server().grpcPort())) {
      assertThat(infer(server, PARENT, ADDITION)).isEqualTo(200);
      assertThat(infer(server, PARENT, ADDITION.replace("FP32", "FP64"))).isEqualTo(400);
      assertThat(calls.call("ModelInfer", GrpcCalls.addition(), "traceparent", PARENT).status())
          .isEqualTo("0");
    }
    String all = String.join("", received);
    assertThat(all)
        .contains("modelfleet-serve", "infer add_sub", "queue", "compute", "request-7")
        .contains("http", "grpc", "must be FP32")
        .contains(raw(TRACE));
  }

  @Test
  void theParentDecidesWhetherARequestIsTraced() throws Exception {
    try (TestServer server = start(1)) {
      assertThat(infer(server, UNSAMPLED, ADDITION)).isEqualTo(200);
    }
    assertThat(received).isEmpty();
  }

  @Test
  void aCollectorThatIsNotThereHarmsNoRequest() throws Exception {
    URI nowhere = URI.create("http://127.0.0.1:1/v1/traces");
    try (TestServer server =
        TestServer.traced(
            TestVariant.of(directory, "add_sub"), new OtlpTraces(nowhere, 1, "9.9"))) {
      assertThat(infer(server, PARENT, ADDITION)).isEqualTo(200);
    }
  }

  private TestServer start(double ratio) throws Exception {
    URI endpoint =
        URI.create("http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/traces");
    return TestServer.traced(
        TestVariant.of(directory, "add_sub"), new OtlpTraces(endpoint, ratio, "9.9"));
  }

  private static int infer(TestServer server, String parent, String body) throws Exception {
    return server
        .client()
        .send(
            server
                .request("/v2/models/add_sub/infer")
                .header("traceparent", parent)
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString())
        .statusCode();
  }

  private static String raw(String hex) {
    return new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1);
  }
}
