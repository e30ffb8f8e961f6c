package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.runtime.serve.model.Batching;
import dev.modelfleet.runtime.serve.model.EngineOptions;
import dev.modelfleet.runtime.serve.model.ModelLoadException;
import dev.modelfleet.runtime.serve.model.ProviderPlugins;
import dev.modelfleet.runtime.serve.model.ServingOptions;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server does with models, load and its own end. */
class ServingTest {

  private static final String SLOW =
      "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}";

  @TempDir private Path directory;

  @Test
  void goldenInputsThatAgreeMakeTheServerReady() throws Exception {
    try (TestServer server =
        TestServer.start(TestVariant.addSubWithGolden(directory, 2, 3, 4, 5))) {
      assertThat(server.get("/v2/health/ready").statusCode()).isEqualTo(200);
      assertThat(server.log())
          .contains(
              "golden inputs agree: 1 samples",
              "version 1: 1 requests at a time, 1 thread for each (as the options say)",
              "ready: model 'add_sub'");
      assertThat(server.metrics())
          .contains(
              "modelfleet_golden_agreement{model=\"add_sub\",version=\"1\"} 1\n",
              "modelfleet_inference_threads{model=\"add_sub\",version=\"1\"} 1\n",
              "modelfleet_instances{model=\"add_sub\",version=\"1\"} 1\n");
    }
  }

  @Test
  void goldenInputsThatDisagreeKeepTheServerAliveAndNotReady() throws Exception {
    try (TestServer server =
        TestServer.start(TestVariant.addSubWithGolden(directory, 5, -4, 3, -2))) {
      assertThat(server.get("/v2/health/live").statusCode()).isEqualTo(200);
      HttpResponse<String> ready = server.get("/v2/health/ready");
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body())
          .contains("\"ready\":false", "golden inputs disagree: output 'sum' of sample 0");
      HttpResponse<String> inference = server.post("/v2/models/add_sub/infer", "{}");
      assertThat(inference.statusCode()).isEqualTo(503);
      assertThat(inference.body()).contains("golden inputs disagree");
      assertThat(server.metrics())
          .contains("modelfleet_golden_agreement{model=\"add_sub\",version=\"1\"} 0\n")
          .contains("modelfleet_ready 0\n");
      assertThat(server.log().lines().filter(line -> line.contains("ERROR"))).hasSize(1);
    }
  }

  @Test
  void goldenInputsThatDoNotFitTheModelAreAnError() throws Exception {
    Path variant =
        TestVariant.withGolden(
            directory,
            "add_sub",
            Map.of("input/a", TensorData.ofFloats(new float[] {1, 2, 3, 4}, 1, 4)));
    assertThatThrownBy(() -> TestServer.start(variant))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("no array output/<name>");
  }

  @Test
  void aModelOfATypeThatJavaCannotGiveIsRefusedWithTheFix() throws Exception {
    Path variant = TestVariant.of(directory, "unsigned_input");
    assertThatThrownBy(() -> TestServer.start(variant))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("input 'x' has datatype UINT32")
        .hasMessageContaining("insert a Cast");
  }

  @Test
  void numbersThatAreNotFiniteAreRefusedWhereTheyAreForbidden() throws Exception {
    ServingOptions options =
        new ServingOptions(TestServer.ENGINE, 1, 8, 1, 0, Batching.NONE, true, 0);
    Path variant = TestVariant.of(directory, "add_sub");
    try (TestServer server = TestServer.start(variant, options, TestServer.SMALL_LIMITS);
        GrpcCalls calls = new GrpcCalls(server.server().grpcPort())) {
      assertThat(calls.call("ModelInfer", GrpcCalls.addition(0)).status()).isEqualTo("0");
      GrpcCalls.Result refused = calls.call("ModelInfer", GrpcCalls.addition(Float.NaN));
      assertThat(refused.status()).isEqualTo("3");
      assertThat(refused.message()).contains("input 'a': element 0 is NaN");
    }
  }

  @Test
  void theFallbackIsTold() throws Exception {
    EngineOptions engine =
        new EngineOptions(1, false, false, true, "CUDA", "CPU", ProviderPlugins.NONE);
    Path variant = TestVariant.of(directory, "add_sub");
    try (TestServer server =
        TestServer.start(variant, new ServingOptions(engine, 1, 8), TestServer.SMALL_LIMITS)) {
      assertThat(server.metrics())
          .contains(
              "modelfleet_execution_provider{model=\"add_sub\",version=\"1\",provider=\"CPU\",fallback=\"true\"} 1\n");
      assertThat(server.log())
          .contains("WARN model 'add_sub' version 1: runs on CPU, its fallback: ")
          .contains("'CUDA' is not in this ONNX Runtime, which has: CPUExecutionProvider");
      assertThat(server.get("/").body()).contains("CPU, the fallback: ");
    }
  }

  @Test
  void aTruncatedModelIsRefused() throws Exception {
    Path variant = TestVariant.of(directory, "add_sub");
    Path model = variant.resolve("model.onnx");
    byte[] bytes = Files.readAllBytes(model);
    Files.write(model, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> TestServer.start(variant))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("ONNX Runtime can't load");
  }

  @Test
  void unsignedOutputsKeepTheirRange() throws Exception {
    try (TestServer server = TestServer.start(TestVariant.of(directory, "casts"))) {
      String body =
          "{\"inputs\":[{\"name\":\"x\",\"shape\":[2],\"datatype\":\"INT32\",\"data\":[-1,7]}]}";
      assertThat(server.post("/v2/models/casts/infer", body).body())
          .contains(
              "\"datatype\":\"UINT16\",\"shape\":[2],\"data\":[65535,7]",
              "\"datatype\":\"UINT32\",\"shape\":[2],\"data\":[4294967295,7]",
              "\"datatype\":\"UINT64\",\"shape\":[2],\"data\":[18446744073709551615,7]");
    }
  }

  @Test
  void valuesThatTheModelCannotTakeAreTheClientsError() throws Exception {
    try (TestServer server = TestServer.start(TestVariant.of(directory, "gather"))) {
      String body =
          "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT64\",\"data\":[99]}]}";
      HttpResponse<String> response = server.post("/v2/models/gather/infer", body);
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(response.body()).contains("can't run on these inputs").doesNotContain(".cc");
    }
  }

  @Test
  void aFullQueueIsAnsweredAtOnceWith503() throws Exception {
    try (TestServer server = TestServer.start(TestVariant.of(directory, "slow"), 2)) {
      List<HttpResponse<String>> responses = all(infer(server, 12));
      assertThat(responses).extracting(HttpResponse::statusCode).contains(200).contains(503);
      assertThat(responses)
          .filteredOn(response -> response.statusCode() == 503)
          .allSatisfy(
              response -> {
                assertThat(response.body()).contains("queue is full (2 requests wait)");
                assertThat(response.headers().firstValue("retry-after")).hasValue("1");
              });
    }
  }

  @Test
  void concurrentClientsEachGetTheirOwnAnswer() throws Exception {
    try (TestServer server = TestServer.start(TestVariant.of(directory, "add_sub"), 256)) {
      List<CompletableFuture<HttpResponse<String>>> sent =
          IntStream.range(0, 200)
              .mapToObj(
                  i ->
                      server
                          .client()
                          .sendAsync(
                              server
                                  .request("/v2/models/add_sub/infer")
                                  .POST(BodyPublishers.ofString(addition(i)))
                                  .build(),
                              BodyHandlers.ofString()))
              .toList();
      List<HttpResponse<String>> responses = all(sent);
      for (int i = 0; i < responses.size(); i++) {
        assertThat(responses.get(i).body())
            .contains("\"id\":\"" + i + "\"", "\"data\":[" + (i + 1) + ".0,");
      }
    }
  }

  private static String addition(int i) {
    return ("{\"id\":\"%d\",\"inputs\":["
            + "{\"name\":\"a\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[%d,0,0,0]},"
            + "{\"name\":\"b\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,0,0,0]}]}")
        .formatted(i, i);
  }

  @Test
  void drainingAnswersWhatWasTaken() throws Exception {
    TestServer server = TestServer.start(TestVariant.of(directory, "slow"), 8);
    List<CompletableFuture<HttpResponse<String>>> running = infer(server, 4);
    awaitInFlight(server);
    server.server().close();
    assertThat(all(running)).extracting(HttpResponse::statusCode).containsOnly(200);
    assertThat(server.log()).contains("stopped, every request answered");
    server.client().close();
  }

  private static void awaitInFlight(TestServer server) throws Exception {
    while (!server.metrics().contains("modelfleet_requests_in_flight 4\n")) {
      Thread.onSpinWait();
    }
  }

  private static List<CompletableFuture<HttpResponse<String>>> infer(TestServer server, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                server
                    .client()
                    .sendAsync(
                        server
                            .request("/v2/models/slow/infer")
                            .POST(BodyPublishers.ofString(SLOW))
                            .build(),
                        BodyHandlers.ofString()))
        .toList();
  }

  private static List<HttpResponse<String>> all(
      List<CompletableFuture<HttpResponse<String>>> responses) {
    return responses.stream().map(CompletableFuture::join).toList();
  }
}
