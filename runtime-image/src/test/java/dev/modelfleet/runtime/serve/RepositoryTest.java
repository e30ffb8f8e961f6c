package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelfleet.runtime.serve.http.HttpLimits;
import dev.modelfleet.runtime.serve.model.ServingOptions;
import dev.modelfleet.runtime.serve.repository.ModelTree;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several models and versions, loaded, unloaded and replaced while clients ask. */
class RepositoryTest {

  private static final String ADDITION =
      "{\"inputs\":[{\"name\":\"a\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]},"
          + "{\"name\":\"b\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,1,1,1]}]}";
  private static final long SOAK_NANOS = 20_000_000_000L;
  private static final int CLIENTS = 4;

  @TempDir private Path directory;

  @Test
  void severalModelsAndVersionsAreServedSideBySide() throws Exception {
    addSub("sums", 1);
    addSub("sums", 2);
    Files.writeString(directory.resolve("sums/config.pbtxt"), "version_policy { all { } }");
    bare("gather", 1);
    try (TestServer server = start(false)) {
      assertThat(server.get("/v2/health/ready").statusCode()).isEqualTo(200);
      assertThat(server.get("/v2/models/sums").body()).contains("\"versions\":[\"1\",\"2\"]");
      assertThat(infer(server, "sums").body()).contains("\"model_version\":\"2\"");
      assertThat(infer(server, "sums/versions/1").body()).contains("\"model_version\":\"1\"");
      HttpResponse<String> unknown = infer(server, "sums/versions/7");
      assertThat(unknown.statusCode()).isEqualTo(404);
      assertThat(unknown.body()).contains("no version '7'; it has 1, 2");
      assertThat(server.post("/v2/repository/index", "").body())
          .contains("{\"name\":\"gather\",\"version\":\"1\",\"state\":\"READY\",\"reason\":\"\"}")
          .contains("{\"name\":\"sums\",\"version\":\"2\",\"state\":\"READY\",\"reason\":\"\"}");
      assertThat(server.metrics())
          .contains("nv_inference_count{model=\"sums\",version=\"2\"} 1\n")
          .contains("nv_inference_count{model=\"sums\",version=\"1\"} 1\n");
      assertThat(server.post("/v2/repository/models/sums/unload", "").statusCode()).isEqualTo(501);
    }
  }

  @Test
  void modelsAreUnloadedAndLoadedByRequest() throws Exception {
    addSub("sums", 1);
    try (TestServer server = start(true)) {
      assertThat(server.post("/v2/repository/models/sums/unload", "{}").statusCode())
          .isEqualTo(200);
      assertThat(infer(server, "sums").statusCode()).isEqualTo(404);
      assertThat(server.post("/v2/repository/index", "").body())
          .contains("\"name\":\"sums\",\"version\":\"\",\"state\":\"UNAVAILABLE\"");
      assertThat(server.get("/v2/health/ready").statusCode()).isEqualTo(200);
      addSub("sums", 2);
      bare("gather", 1);
      assertThat(server.post("/v2/repository/models/sums/load", "{}").statusCode()).isEqualTo(200);
      assertThat(server.post("/v2/repository/models/gather/load", "").statusCode()).isEqualTo(200);
      assertThat(infer(server, "sums").body()).contains("\"model_version\":\"2\"");
      assertThat(server.get("/v2/models/gather/ready").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void onlyVersionsThatHaveChangedAreLoadedAgain() throws Exception {
    addSub("sums", 1);
    Files.writeString(directory.resolve("sums/config.pbtxt"), "version_policy { all { } }");
    try (TestServer server = start(true)) {
      infer(server, "sums");
      addSub("sums", 2);
      server.post("/v2/repository/models/sums/load", "");
      // What was loaded again would have forgotten its counts.
      assertThat(server.metrics())
          .contains("nv_inference_count{model=\"sums\",version=\"1\"} 1\n")
          .contains("nv_inference_count{model=\"sums\",version=\"2\"} 0\n");
      touch("sums/1/model.onnx");
      server.post("/v2/repository/models/sums/load", "");
      assertThat(server.metrics()).contains("nv_inference_count{model=\"sums\",version=\"1\"} 0\n");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "all { }|{\"all\":{}}",
        "latest { num_versions: 2 }|{\"latest\":{\"num_versions\":2}}",
        "specific { versions: [1, 3] }|{\"specific\":{\"versions\":[1,3]}}"
      })
  void theConfigurationTellsTheVersionPolicy(String policy, String told) throws Exception {
    addSub("sums", 1);
    addSub("sums", 3);
    Files.writeString(directory.resolve("sums/config.pbtxt"), "version_policy { " + policy + " }");
    try (TestServer server = start(false)) {
      assertThat(server.get("/v2/models/sums/config").body())
          .contains("\"version_policy\":" + told + ",");
    }
  }

  @Test
  void whatChangesOnDiskIsTakenOverByPolling() throws Exception {
    addSub("sums", 1);
    ServingOptions options = new ServingOptions(TestServer.ENGINE, 1, 64);
    try (TestServer server = TestServer.polling(new ModelTree(directory, options))) {
      bare("gather", 1);
      TestServer.eventually(() -> server.get("/v2/models/gather/ready").statusCode() == 200);
      addSub("sums", 2);
      TestServer.eventually(() -> infer(server, "sums").body().contains("\"model_version\":\"2\""));
      TestVariant.addSubWithGolden(version("sums", 3), 5, -4, 3, -2);
      TestServer.eventually(() -> server.log().contains("not loaded anew"));
      assertThat(infer(server, "sums").body()).contains("\"model_version\":\"2\"");
      addSub("sums", 3);
      TestServer.eventually(() -> infer(server, "sums").body().contains("\"model_version\":\"3\""));
      Files.delete(directory.resolve("gather/1/model.onnx"));
      Files.delete(directory.resolve("gather/1"));
      Files.delete(directory.resolve("gather"));
      TestServer.eventually(() -> server.get("/v2/models/gather").statusCode() == 404);
      assertThat(server.log()).containsOnlyOnce("golden inputs disagree");
    }
  }

  private void touch(String file) throws Exception {
    Path path = directory.resolve(file);
    FileTime time = Files.getLastModifiedTime(path);
    Files.setLastModifiedTime(path, FileTime.fromMillis(time.toMillis() + 1_000));
  }

  @Test
  void aBadNewVersionNeverReplacesAGoodOne() throws Exception {
    addSub("sums", 1);
    try (TestServer server = start(true)) {
      TestVariant.addSubWithGolden(version("sums", 2), 5, -4, 3, -2);
      HttpResponse<String> wrong = server.post("/v2/repository/models/sums/load", "");
      assertThat(wrong.statusCode()).isEqualTo(400);
      assertThat(wrong.body()).contains("golden inputs disagree");
      assertThat(infer(server, "sums").body()).contains("\"model_version\":\"1\"", "[2.0,3.0");
      Files.write(directory.resolve("sums/2/model.onnx"), new byte[] {1, 2, 3});
      HttpResponse<String> broken = server.post("/v2/repository/models/sums/load", "");
      assertThat(broken.statusCode()).isEqualTo(400);
      assertThat(broken.body()).contains("can't load");
      assertThat(infer(server, "sums").body()).contains("\"model_version\":\"1\"", "[2.0,3.0");
      assertThat(server.get("/v2/health/ready").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aModelThatFailsDoesNotKeepOthersFromBeingServed() throws Exception {
    addSub("sums", 1);
    Files.write(version("broken", 1).resolve("model.onnx"), new byte[] {1, 2, 3});
    try (TestServer server = start(true)) {
      assertThat(infer(server, "sums").statusCode()).isEqualTo(200);
      assertThat(infer(server, "broken").statusCode()).isEqualTo(503);
      assertThat(server.get("/v2/health/ready").body()).contains("can't load");
    }
  }

  @Test
  void declaredTensorsMustBeTheModels() throws Exception {
    addSub("sums", 1);
    Files.writeString(
        directory.resolve("sums/config.pbtxt"),
        "input { name: \"a\" data_type: TYPE_INT64 dims: [-1, 4] }");
    addSub("good", 1);
    try (TestServer server = start(true)) {
      assertThat(infer(server, "sums").body())
          .contains("declares tensor 'a' of INT64 and shape [-1,4]");
    }
  }

  @Test
  void requestsToLoadThatCannotBeAnsweredAreRefused() throws Exception {
    addSub("sums", 1);
    try (TestServer server = start(true)) {
      assertThat(server.post("/v2/repository/models/none/load", "").statusCode()).isEqualTo(404);
      assertThat(server.post("/v2/repository/models/none/unload", "").statusCode()).isEqualTo(404);
      HttpResponse<String> override =
          server.post("/v2/repository/models/sums/load", "{\"parameters\":{\"config\":\"{}\"}}");
      assertThat(override.statusCode()).isEqualTo(400);
      assertThat(override.body()).contains("parameter 'config' of load is not supported");
      assertThat(server.post("/v2/repository/models/sums/load", "{").statusCode()).isEqualTo(400);
      assertThat(server.post("/v2/repository/models/sums/load", " ".repeat(70_000)).statusCode())
          .isEqualTo(413);
    }
  }

  @Test
  void reloadsUnderLoadFailNoRequestAndKeepTheMemoryFlat() throws Exception {
    addSub("sums", 1);
    try (TestServer server = start(true);
        ExecutorService executor = Executors.newFixedThreadPool(CLIENTS)) {
      AtomicBoolean stop = new AtomicBoolean();
      Callable<Integer> client =
          () -> {
            int answered = 0;
            try (PlainConnection connection = new PlainConnection(server.server().httpPort())) {
              while (!stop.get()) {
                var answer = connection.post("/v2/models/sums/infer", ADDITION);
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                assertThat(answer.body()).contains("[2.0,3.0,4.0,5.0]");
                answered++;
              }
            }
            return answered;
          };
      List<Future<Integer>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(executor.submit(client));
      }
      long end = System.nanoTime() + SOAK_NANOS;
      int reloads = 0;
      long early = 0;
      while (System.nanoTime() < end) {
        touch("sums/1/model.onnx");
        assertThat(server.post("/v2/repository/models/sums/load", "").statusCode()).isEqualTo(200);
        reloads++;
        if (early == 0 && end - System.nanoTime() < SOAK_NANOS / 2) {
          early = nativeBytes();
        }
      }
      stop.set(true);
      int answered = 0;
      for (Future<Integer> each : clients) {
        answered += each.get();
      }
      assertThat(reloads).isGreaterThan(20);
      assertThat(answered).isGreaterThan(100);
      // A session that leaks would cost megabytes each time.
      assertThat(nativeBytes() - early).isLessThan(64L << 20);
    }
  }

  /** Resident memory without the Java heap, which grows as it likes in a test's JVM. */
  private static long nativeBytes() {
    return ProcessFacts.residentBytes() - Runtime.getRuntime().totalMemory();
  }

  @Test
  void theIndexIsJson() throws Exception {
    addSub("sums", 1);
    try (TestServer server = start(false)) {
      assertThat(new ObjectMapper().readTree(server.post("/v2/repository/index", "{}").body()))
          .hasSize(1);
    }
  }

  private TestServer start(boolean modelControl) throws Exception {
    ServingOptions options = new ServingOptions(TestServer.ENGINE, 1, 64);
    return TestServer.start(new ModelTree(directory, options), modelControl, HttpLimits.DEFAULT);
  }

  private static HttpResponse<String> infer(TestServer server, String model) throws Exception {
    return server.post("/v2/models/" + model + "/infer", ADDITION);
  }

  private void addSub(String model, int version) throws Exception {
    TestVariant.addSubWithGolden(version(model, version), 2, 3, 4, 5);
  }

  private void bare(String model, int version) throws Exception {
    TestVariant.of(version(model, version), "gather");
    Files.delete(directory.resolve(model + "/" + version + "/variant.json"));
  }

  private Path version(String model, int version) throws Exception {
    return Files.createDirectories(directory.resolve(model).resolve(Integer.toString(version)));
  }
}
