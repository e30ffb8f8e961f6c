package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.runtime.serve.model.Batching;
import dev.modelfleet.runtime.serve.model.ModelLoadException;
import dev.modelfleet.runtime.serve.model.ServingOptions;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that are joined: each gets its own answer, as if it had been alone. */
class DynamicBatchingTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  @Test
  void joinedRequestsEachGetTheirOwnItems() throws Exception {
    for (boolean pad : new boolean[] {false, true}) {
      Path variant = TestVariant.of(directory, "add_sub");
      try (TestServer server = start(variant, new Batching(8, List.of(4), 20_000, pad))) {
        List<HttpResponse<String>> responses =
            send(server, "add_sub", IntStream.range(0, 200).mapToObj(i -> addition(i)).toList());
        for (int i = 0; i < responses.size(); i++) {
          JsonNode response = JSON.readTree(responses.get(i).body());
          int items = 1 + i % 3;
          assertThat(response.at("/id").asText()).isEqualTo("" + i);
          assertThat(response.at("/outputs/0/shape/0").asInt()).isEqualTo(items);
          assertThat(response.at("/outputs/0/data")).hasSize(4 * items);
          assertThat(response.at("/outputs/0/data/0").asInt()).isEqualTo(i + 1);
          assertThat(response.at("/outputs/1/data/" + (4 * items - 1)).asInt()).isEqualTo(i - 2);
        }
        JsonNode statistics =
            JSON.readTree(server.get("/v2/models/add_sub/stats").body()).at("/model_stats/0");
        assertThat(statistics.at("/execution_count").asInt()).isLessThan(200);
        assertThat(statistics.at("/inference_stats/success/count").asInt()).isEqualTo(200);
      }
    }
  }

  @Test
  void metadataAndConfigurationTellOfTheBatch() throws Exception {
    try (TestServer server =
        start(TestVariant.of(directory, "add_sub"), new Batching(8, List.of(4), 300, false))) {
      JsonNode config = JSON.readTree(server.get("/v2/models/add_sub/config").body());
      assertThat(config.at("/max_batch_size").asInt()).isEqualTo(8);
      assertThat(config.at("/input/0/dims").toString()).isEqualTo("[4]");
      assertThat(config.at("/dynamic_batching/preferred_batch_size").toString()).isEqualTo("[4]");
      assertThat(config.at("/dynamic_batching/max_queue_delay_microseconds").asInt())
          .isEqualTo(300);
      assertThat(server.get("/v2/models/add_sub").body()).contains("\"shape\":[-1,4]");
    }
  }

  @Test
  void batchesThatAreTooLargeOrUnequalAreRefused() throws Exception {
    try (TestServer server =
        start(TestVariant.of(directory, "add_sub"), new Batching(2, List.of(), 0, false))) {
      HttpResponse<String> large =
          server.post("/v2/models/add_sub/infer", request("x", tensor("a", 3), tensor("b", 3)));
      assertThat(large.statusCode()).isEqualTo(400);
      assertThat(large.body()).contains("batch size 3, must be from 1 to", "max_batch_size 2");
      HttpResponse<String> unequal =
          server.post("/v2/models/add_sub/infer", request("x", tensor("a", 1), tensor("b", 2)));
      assertThat(unequal.statusCode()).isEqualTo(400);
      assertThat(unequal.body()).contains("input 'b' has batch size 2, but input 'a' has 1");
    }
  }

  @Test
  void oneRequestsBadValuesDoNotFailThoseItIsJoinedWith() throws Exception {
    Path variant = TestVariant.of(directory, "gather");
    try (TestServer server = start(variant, new Batching(8, List.of(), 20_000, false))) {
      List<String> bodies =
          IntStream.range(0, 80)
              .mapToObj(i -> request("" + i, index(i % 8 == 0 ? 99 : i % 3)))
              .toList();
      List<HttpResponse<String>> responses = send(server, "gather", bodies);
      for (int i = 0; i < responses.size(); i++) {
        assertThat(responses.get(i).statusCode()).isEqualTo(i % 8 == 0 ? 400 : 200);
        if (i % 8 != 0) {
          assertThat(responses.get(i).body()).contains("\"data\":[" + (i % 3 + 0.5) + "]");
        }
      }
    }
  }

  @Test
  void theGoldenInputsAreReplayedInABatchAsWell() throws Exception {
    Path variant = TestVariant.addSubWithGolden(directory, 2, 3, 4, 5);
    try (TestServer server = start(variant, new Batching(8, List.of(), 0, false))) {
      assertThat(server.get("/v2/health/ready").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aModelWhoseItemsInfluenceEachOtherIsNotServedInBatches() throws Exception {
    // An item alone is its own mean, so that zeros are left; two different ones leave others.
    Path variant =
        TestVariant.withGolden(
            directory,
            "centered",
            2,
            Map.of(
                "input/x", TensorData.ofFloats(new float[] {1, 2, 3, 4, 9, 9, 8, 8}, 2, 1, 4),
                "output/y", TensorData.ofFloats(new float[8], 2, 1, 4)));
    try (TestServer server = start(variant, new Batching(8, List.of(), 0, false))) {
      HttpResponse<String> ready = server.get("/v2/health/ready");
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body())
          .contains("disagree in a batch: output 'y' of sample", "when 8 items run together")
          .contains("largest batch size of 0");
    }
    try (TestServer server = start(variant, Batching.NONE)) {
      assertThat(server.get("/v2/health/ready").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aModelWithoutABatchDimensionIsRefused() throws Exception {
    Path variant = TestVariant.of(directory, "slow");
    assertThatThrownBy(() -> start(variant, new Batching(8, List.of(), 0, false)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("tensor 'x' has shape [1]");
  }

  @Test
  void aRequestThatWaitsLongerThanItMayIsRefused() throws Exception {
    Path variant = TestVariant.of(directory, "slow");
    ServingOptions serving = new ServingOptions(TestServer.ENGINE, 1, 64, 2, 1_000, Batching.NONE);
    try (TestServer server = TestServer.start(variant, serving, TestServer.SMALL_LIMITS)) {
      String body =
          request("x", "{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}");
      List<HttpResponse<String>> responses = send(server, "slow", List.of(body, body, body, body));
      assertThat(responses).extracting(HttpResponse::statusCode).contains(200, 503);
      assertThat(responses)
          .filteredOn(response -> response.statusCode() == 503)
          .allSatisfy(r -> assertThat(r.body()).contains("timeout passed while it waited"));
    }
  }

  private static TestServer start(Path variant, Batching batching) throws Exception {
    ServingOptions serving = new ServingOptions(TestServer.ENGINE, 2, 512, 1, 0, batching);
    return TestServer.start(variant, serving, TestServer.SMALL_LIMITS);
  }

  private static List<HttpResponse<String>> send(
      TestServer server, String model, List<String> bodies) {
    List<CompletableFuture<HttpResponse<String>>> sent =
        bodies.stream()
            .map(
                body ->
                    server
                        .client()
                        .sendAsync(
                            server
                                .request("/v2/models/" + model + "/infer")
                                .POST(BodyPublishers.ofString(body))
                                .build(),
                            BodyHandlers.ofString()))
            .toList();
    return sent.stream().map(CompletableFuture::join).toList();
  }

  /** One to three items whose first value is i and whose others are i - 1, to which 1 is added. */
  private static String addition(int i) {
    int items = 1 + i % 3;
    String a = i + ("," + (i - 1)).repeat(4 * items - 1);
    String b = "1" + ",1".repeat(4 * items - 1);
    String form = "{\"name\":\"%s\",\"shape\":[%d,4],\"datatype\":\"FP32\",\"data\":[%s]}";
    return request("" + i, form.formatted("a", items, a), form.formatted("b", items, b));
  }

  private static String tensor(String name, int items) {
    return "{\"name\":\"%s\",\"shape\":[%d,4],\"datatype\":\"FP32\",\"data\":[%s]}"
        .formatted(name, items, "0" + ",0".repeat(4 * items - 1));
  }

  private static String index(int value) {
    return "{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT64\",\"data\":[%d]}".formatted(value);
  }

  private static String request(String id, String... inputs) {
    return "{\"id\":\"%s\",\"inputs\":[%s]}".formatted(id, String.join(",", inputs));
  }
}
