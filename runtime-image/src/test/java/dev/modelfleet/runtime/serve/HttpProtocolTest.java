package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client sees over HTTP, byte by byte where a client library would hide it. */
class HttpProtocolTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String INFER = "/v2/models/add_sub/infer";
  private static final String GOOD =
      "{\"id\":\"42\",\"inputs\":["
          + "{\"name\":\"a\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]},"
          + "{\"name\":\"b\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[4,3,2,1]}]}";

  @TempDir private static Path directory;
  private static TestServer server;

  @BeforeAll
  static void start() throws Exception {
    server = TestServer.start(TestVariant.of(directory, "add_sub"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void healthAndMetadata() throws Exception {
    assertThat(server.get("/v2/health/live").body()).isEqualTo("{\"live\":true}");
    assertThat(server.get("/v2/health/ready").body()).isEqualTo("{\"ready\":true}");
    assertThat(server.get("/v2/models/add_sub/ready").body())
        .isEqualTo("{\"name\":\"add_sub\",\"ready\":true}");
    JsonNode about = JSON.readTree(server.get("/v2").body());
    assertThat(about.get("version").asText()).isEqualTo("9.9");
    assertThat(about.get("extensions").toString()).contains("binary_tensor_data");
    assertThat(server.get("/v2/models/add_sub/versions/1").body())
        .isEqualTo(
            "{\"name\":\"add_sub\",\"versions\":[\"1\"],\"platform\":\"onnxruntime_onnx\",\"inputs\":["
                + "{\"name\":\"a\",\"datatype\":\"FP32\",\"shape\":[-1,4]},"
                + "{\"name\":\"b\",\"datatype\":\"FP32\",\"shape\":[-1,4]}],\"outputs\":["
                + "{\"name\":\"sum\",\"datatype\":\"FP32\",\"shape\":[-1,4]},"
                + "{\"name\":\"difference\",\"datatype\":\"FP32\",\"shape\":[-1,4]}]}");
    JsonNode config = JSON.readTree(server.get("/v2/models/add_sub/config").body());
    assertThat(config.at("/input/0/data_type").asText()).isEqualTo("TYPE_FP32");
    assertThat(config.at("/max_batch_size").asInt()).isZero();
  }

  @Test
  void theRepositoryListsTheModelButDoesNotChangeIt() throws Exception {
    assertThat(server.post("/v2/repository/index", "").body())
        .isEqualTo(
            "[{\"name\":\"add_sub\",\"version\":\"1\",\"state\":\"READY\",\"reason\":\"\"}]");
    assertThat(server.post("/v2/repository/models/add_sub/unload", "{}").statusCode())
        .isEqualTo(501);
  }

  @Test
  void jsonInference() throws Exception {
    HttpResponse<String> response = server.post(INFER, GOOD);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(response.body())
        .isEqualTo(
            "{\"model_name\":\"add_sub\",\"model_version\":\"1\",\"id\":\"42\",\"outputs\":["
                + "{\"name\":\"sum\",\"datatype\":\"FP32\",\"shape\":[1,4],\"data\":[5.0,5.0,5.0,5.0]},"
                + "{\"name\":\"difference\",\"datatype\":\"FP32\",\"shape\":[1,4],"
                + "\"data\":[-3.0,-1.0,1.0,3.0]}]}");
  }

  @Test
  void binaryInferenceWithRequestedOutputsInTheirOrder() throws Exception {
    String json =
        "{\"inputs\":["
            + "{\"name\":\"b\",\"shape\":[1,4],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":16}},"
            + "{\"name\":\"a\",\"shape\":[1,4],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":16}}],"
            + "\"outputs\":[{\"name\":\"difference\",\"parameters\":{\"binary_data\":true}},{\"name\":\"sum\"}]}";
    ByteBuffer body = ByteBuffer.allocate(json.length() + 32).order(ByteOrder.LITTLE_ENDIAN);
    body.put(json.getBytes(StandardCharsets.UTF_8));
    for (float value : new float[] {4, 3, 2, 1, 1, 2, 3, 4}) {
      body.putFloat(value);
    }
    HttpResponse<byte[]> response =
        server
            .client()
            .send(
                server
                    .request(INFER)
                    .header("Inference-Header-Content-Length", "" + json.length())
                    .POST(BodyPublishers.ofByteArray(body.array()))
                    .build(),
                BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).isEqualTo(200);
    int length =
        Integer.parseInt(
            response.headers().firstValue("Inference-Header-Content-Length").orElseThrow());
    assertThat(new String(response.body(), 0, length, StandardCharsets.UTF_8))
        .contains("\"name\":\"difference\"", "\"binary_data_size\":16", "[5.0,5.0,5.0,5.0]");
    ByteBuffer blob =
        ByteBuffer.wrap(Arrays.copyOfRange(response.body(), length, response.body().length))
            .order(ByteOrder.LITTLE_ENDIAN);
    assertThat(new float[] {blob.getFloat(), blob.getFloat(), blob.getFloat(), blob.getFloat()})
        .containsExactly(-3, -1, 1, 3);
    assertThat(blob.hasRemaining()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"gzip", "deflate", "identity"})
  void compressedBodies(String encoding) throws Exception {
    assertThat(postEncoded(encoding, encode(encoding, GOOD)).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip|gzip",
        "deflate|deflate",
        "br, deflate, gzip;q=0.5|gzip",
        "gzip;q=0, deflate|deflate",
        "br|",
        "gzip;q=0|"
      })
  void responsesAreCompressedAsTheClientAccepts(String accepted, String expected) throws Exception {
    int items = 400;
    String data = "1" + ",1".repeat(4 * items - 1);
    String body =
        GOOD.replace("[1,4]", "[" + items + ",4]")
            .replace("[1,2,3,4]", "[" + data + "]")
            .replace("[4,3,2,1]", "[" + data + "]");
    HttpResponse<byte[]> response =
        server
            .client()
            .send(
                server
                    .request(INFER)
                    .header("Accept-Encoding", accepted)
                    .POST(BodyPublishers.ofString(body))
                    .build(),
                BodyHandlers.ofByteArray());
    assertThat(response.headers().firstValue("content-encoding").orElse(null)).isEqualTo(expected);
    InputStream plain = new ByteArrayInputStream(response.body());
    if ("gzip".equals(expected)) {
      plain = new GZIPInputStream(plain);
    } else if ("deflate".equals(expected)) {
      plain = new InflaterInputStream(plain);
    }
    JsonNode answer = JSON.readTree(plain);
    assertThat(answer.at("/outputs/0/data")).hasSize(4 * items).allMatch(v -> v.asInt() == 2);
  }

  @Test
  void shortResponsesAreNotCompressed() throws Exception {
    HttpResponse<String> response =
        server
            .client()
            .send(
                server
                    .request(INFER)
                    .header("Accept-Encoding", "gzip")
                    .POST(BodyPublishers.ofString(GOOD))
                    .build(),
                BodyHandlers.ofString());
    assertThat(response.headers().firstValue("content-encoding")).isEmpty();
    assertThat(response.body()).contains("[5.0,5.0,5.0,5.0]");
  }

  @Test
  void classificationGivesTheHighestValuesOfEachItem() throws Exception {
    String body =
        GOOD.replaceFirst(
            "]}$",
            "],\"outputs\":[{\"name\":\"difference\",\"parameters\":{\"classification\":2}}]}");
    assertThat(JSON.readTree(server.post(INFER, body).body()).at("/outputs/0").toString())
        .isEqualTo(
            "{\"name\":\"difference\",\"datatype\":\"BYTES\",\"shape\":[1,2],\"data\":[\"3.0:3\",\"1.0:2\"]}");
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        arguments("unknown model", "/v2/models/other/infer", GOOD, 404, "no such model: 'other'"),
        arguments(
            "unknown version", "/v2/models/add_sub/versions/2/infer", GOOD, 404, "no version '2'"),
        arguments("unknown path", "/v2/nothing", "", 404, "no such path"),
        arguments("wrong method", "/v2/health/live", "", 405, "takes GET, not POST"),
        arguments("not JSON", INFER, "hello", 400, "not valid JSON"),
        arguments("empty", INFER, "", 400, "must be a JSON object"),
        arguments(
            "missing input", INFER, without("b"), 400, "input 'b' of model 'add_sub' is missing"),
        arguments(
            "unknown input", INFER, GOOD.replace("\"name\":\"b\"", "\"name\":\"c\""), 400, "'b'"),
        arguments(
            "input twice", INFER, GOOD.replace("\"name\":\"b\"", "\"name\":\"a\""), 400, "twice"),
        arguments(
            "additional input",
            INFER,
            GOOD.replaceFirst(
                "]}$", ",{\"name\":\"c\",\"shape\":[0],\"datatype\":\"FP32\",\"data\":[]}]}"),
            400,
            "no input 'c'"),
        arguments("wrong type", INFER, GOOD.replace("FP32", "FP64"), 400, "must be FP32"),
        arguments("wrong shape", INFER, GOOD.replace("[1,4]", "[4,1]"), 400, "must be [-1,4]"),
        arguments("wrong rank", INFER, GOOD.replace("[1,4]", "[4]"), 400, "must be [-1,4]"),
        arguments(
            "shapes that don't fit one another",
            INFER,
            GOOD.replaceFirst("\\[1,4]", "[2,4]")
                .replace("[1,2,3,4]", "[1,2,3,4,1,2,3,4]")
                .replaceFirst("\"shape\":\\[1,4]", "\"shape\":[3,4]")
                .replace("[4,3,2,1]", "[4,3,2,1,0,0,0,0,0,0,0,0]"),
            400,
            "the model can't run on these inputs"),
        arguments(
            "unknown output",
            INFER,
            GOOD.replaceFirst("]}$", "],\"outputs\":[{\"name\":\"product\"}]}"),
            400,
            "no output 'product'; it gives [sum, difference]"),
        arguments(
            "output twice",
            INFER,
            GOOD.replaceFirst("]}$", "],\"outputs\":[{\"name\":\"sum\"},{\"name\":\"sum\"}]}"),
            400,
            "requested twice"));
  }

  private static String without(String input) {
    return GOOD.replaceAll(",\\{\"name\":\"" + input + "\"[^}]*}", "");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void badRequestsGetTheProtocolsError(
      String what, String path, String body, int status, String reason) throws Exception {
    HttpResponse<String> response = server.post(path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    JsonNode error = JSON.readTree(response.body());
    assertThat(error.fieldNames()).toIterable().containsExactly("error");
    assertThat(error.get("error").asText()).contains(reason).doesNotContain("\tat ", ".cc:");
    assertStillServes();
  }

  @ParameterizedTest
  @CsvSource({"gzip,not valid gzip", "deflate,not valid deflate", "br,is not supported"})
  void brokenCompressionIsRefused(String encoding, String reason) throws Exception {
    HttpResponse<String> response =
        postEncoded(encoding, "no such stream".getBytes(StandardCharsets.UTF_8));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains(reason);
    assertStillServes();
  }

  @Test
  void aBodyThatUnpacksBeyondTheLimitIsRefused() throws Exception {
    byte[] bomb = encode("gzip", " ".repeat(3 << 20));
    assertThat(bomb.length).isLessThan(10_000);
    HttpResponse<String> response = postEncoded("gzip", bomb);
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(response.body()).contains("unpacks to more than 1048576 bytes");
    assertStillServes();
  }

  @Test
  void aBodyOverTheLimitIsRefusedBeforeItArrives() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", server.server().httpPort())) {
      send(socket, "POST " + INFER + " HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n");
      assertThat(readAll(socket)).startsWith("HTTP/1.1 413").contains("\"error\"");
    }
    assertStillServes();
  }

  @Test
  void aChunkedBodyOverTheLimitIsRefused() throws Exception {
    HttpResponse<String> response =
        server
            .client()
            .send(
                server
                    .request(INFER)
                    .POST(
                        BodyPublishers.ofInputStream(
                            () -> new java.io.ByteArrayInputStream(new byte[1_200_000])))
                    .build(),
                BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(413);
    assertStillServes();
  }

  @Test
  void aBodyThatDoesNotArriveIsTimedOut() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", server.server().httpPort())) {
      send(socket, "POST " + INFER + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
      assertThat(readAll(socket)).startsWith("HTTP/1.1 408").contains("did not arrive in time");
    }
    assertStillServes();
  }

  @Test
  void aConnectionThatIsUsedNowAndThenIsNotClosedUnderItsClient() throws Exception {
    try (PlainConnection connection = new PlainConnection(server.server().httpPort())) {
      for (int i = 0; i < 4; i++) {
        assertThat(connection.post(INFER, GOOD).status()).isEqualTo(200);
        // Longer than a new connection may wait with its first request.
        Thread.sleep(900);
      }
    }
  }

  @Test
  void aConnectionWhoseHeadDripsInIsClosed() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", server.server().httpPort())) {
      socket.setSoTimeout(5_000);
      send(socket, "GET /v2/health/live HT");
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    assertStillServes();
  }

  @ParameterizedTest
  @CsvSource({"-1", "x", "99999"})
  void aBrokenInferenceHeaderLengthIsRefused(String length) throws Exception {
    HttpResponse<String> response =
        server
            .client()
            .send(
                server
                    .request(INFER)
                    .header("Inference-Header-Content-Length", length)
                    .POST(BodyPublishers.ofString(GOOD))
                    .build(),
                BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).containsIgnoringCase("Inference-Header-Content-Length");
    assertStillServes();
  }

  @Test
  void metricsCountWhatHappened() throws Exception {
    long before = metric("nv_inference_request_success{model=\"add_sub\",version=\"1\"}");
    long failed = metric("nv_inference_request_failure{model=\"add_sub\",version=\"1\"}");
    server.post(INFER, GOOD);
    server.post(INFER, GOOD.replace("FP32", "FP64"));
    assertThat(metric("nv_inference_request_success{model=\"add_sub\",version=\"1\"}"))
        .isEqualTo(before + 1);
    assertThat(metric("nv_inference_request_failure{model=\"add_sub\",version=\"1\"}"))
        .isEqualTo(failed + 1);
    assertThat(metric("modelfleet_ready")).isEqualTo(1);
    assertThat(metric("modelfleet_request_body_bytes")).isZero();
    assertThat(metric("modelfleet_request_duration_seconds_count{model=\"add_sub\",version=\"1\"}"))
        .isEqualTo(before + 1);
    JsonNode statistics = JSON.readTree(server.get("/v2/models/add_sub/stats").body());
    assertThat(statistics.at("/model_stats/0/inference_stats/success/count").isNumber()).isTrue();
    assertThat(statistics.at("/model_stats/0/inference_stats/cache_miss/count").asInt()).isZero();
  }

  private static long metric(String sample) throws Exception {
    return server
        .metrics()
        .lines()
        .filter(line -> line.startsWith(sample + " "))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(sample.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  private static void assertStillServes() throws Exception {
    assertThat(server.post(INFER, GOOD).statusCode()).isEqualTo(200);
  }

  private static HttpResponse<String> postEncoded(String encoding, byte[] body) throws Exception {
    return server
        .client()
        .send(
            server
                .request(INFER)
                .header("Content-Encoding", encoding)
                .POST(BodyPublishers.ofByteArray(body))
                .build(),
            BodyHandlers.ofString());
  }

  private static byte[] encode(String encoding, String text) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream stream =
        switch (encoding) {
          case "gzip" -> new GZIPOutputStream(bytes);
          case "deflate" -> new DeflaterOutputStream(bytes);
          default -> bytes;
        }) {
      stream.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static void send(Socket socket, String text) throws Exception {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  private static String readAll(Socket socket) throws Exception {
    socket.setSoTimeout(5_000);
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
