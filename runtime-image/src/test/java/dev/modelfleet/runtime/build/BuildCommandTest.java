package dev.modelfleet.runtime.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.modelfleet.artifact.BuildOutcome;
import dev.modelfleet.artifact.BuildRequest;
import dev.modelfleet.artifact.BuildResult;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.ExitCode;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Fallback;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.Precision;
import dev.modelfleet.artifact.ProofReport;
import dev.modelfleet.artifact.Publication;
import dev.modelfleet.artifact.Search;
import dev.modelfleet.artifact.SearchObjective;
import dev.modelfleet.artifact.SearchStrategy;
import dev.modelfleet.artifact.Source;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.TrialOutcome;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.runtime.Sha256;
import dev.modelfleet.runtime.oci.ArtifactPuller;
import dev.modelfleet.runtime.oci.FakeRegistry;
import dev.modelfleet.runtime.oci.FakeRegistry.Mood;
import dev.modelfleet.runtime.oci.ImageReference;
import dev.modelfleet.runtime.oci.RegistryClient;
import dev.modelfleet.runtime.oci.UnpackLimits;
import dev.modelfleet.runtime.remote.DockerCredentials;
import dev.modelfleet.runtime.remote.RemoteHttp;
import dev.modelfleet.runtime.remote.RemoteLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Whole builds against a registry in memory: what is published, reused, rejected, refused. */
class BuildCommandTest {

  private static final RemoteLimits QUICK =
      new RemoteLimits(
          Duration.ofSeconds(1),
          Duration.ofMillis(500),
          Duration.ofMillis(500),
          2,
          Duration.ofMillis(5));
  private static final RemoteLimits PATIENT =
      new RemoteLimits(
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          2,
          Duration.ofMillis(5));
  private static final String TITLE = "org.opencontainers.image.title";

  @TempDir private Path temp;
  private FakeRegistry registry;
  private RemoteLimits limits = PATIENT;
  private int exitCode;
  private String output;

  @BeforeEach
  void start() throws IOException {
    registry = new FakeRegistry();
    putModel(TinyModel.matMul());
    putFile("datasets/evaluation", "e.npz", TinyModel.samples("x", 20, TinyModel.WIDTH, 3));
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  private void putModel(byte[] model) {
    putFile("models/tiny", "tiny.onnx", model);
  }

  private void putFile(String repository, String name, byte[] content) {
    registry.putArtifact(
        repository, "1", registry.putBlob("application/x", content, Map.of(TITLE, name)));
  }

  private Requests request() {
    return Requests.of(registry.authority());
  }

  private BuildResult build(Requests request) throws IOException {
    return build(ContractJson.write(request.build()));
  }

  private BuildResult build(String request) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Map<String, String> environment =
        Map.of(
            BuildRequest.ENVIRONMENT_VARIABLE,
            request,
            DockerCredentials.ENVIRONMENT_VARIABLE,
            temp.resolve("none").toString());
    BuildCommand command = new BuildCommand(environment, out, limits);
    Path result = temp.resolve("result.json");
    exitCode =
        new CommandLine(command)
            .execute("--work-dir", temp.resolve("work").toString(), "--result-file", result + "");
    output = bytes.toString(StandardCharsets.UTF_8);
    String json = Files.readString(result);
    assertThat(output.strip().lines().toList().getLast()).isEqualTo(json);
    return ContractJson.read(json, BuildResult.class);
  }

  private Path pull(BuildResult result) throws IOException {
    Path directory = Files.createTempDirectory(temp, "pulled");
    try (RemoteHttp http =
        new RemoteHttp(
            Set.of(registry.authority()), new DockerCredentials(temp.resolve("none")), PATIENT)) {
      RegistryClient client = new RegistryClient(http);
      new ArtifactPuller(client, UnpackLimits.DEFAULT)
          .pull(client.manifest(ImageReference.parse(result.artifact().reference())), directory);
    }
    return directory;
  }

  @Test
  void theFirstRecipeThatPassesIsPublishedWithItsProof() throws IOException {
    BuildResult result = build(request().gates(new Gates(0.05, 6_000L, null, null)));

    assertThat(exitCode).isEqualTo(ExitCode.DONE);
    assertThat(result.outcome()).isEqualTo(BuildOutcome.PUBLISHED);
    assertThat(result.recipe()).isEqualTo("dynamic-int8");
    assertThat(result.trials()).extracting(Trial::recipe).containsExactly("dynamic-int8");
    assertThat(result.originalLatency().iterations()).isPositive();

    Path files = pull(result);
    assertThat(files.toFile().list())
        .containsExactlyInAnyOrder(
            "model.onnx", "golden.npz", "variant.json", "report.json", "report.html");
    assertThat(files.resolve("model.onnx")).hasSize(result.artifact().size());
    VariantManifest variant =
        ContractJson.read(Files.readString(files.resolve("variant.json")), VariantManifest.class);
    assertThat(variant.source().digest()).isEqualTo(digestOf("models/tiny", "1"));
    assertThat(variant.inputs())
        .containsExactly(new VariantManifest.Tensor("x", "FP32", List.of(-1L, 64L)));
    ProofReport report =
        ContractJson.read(Files.readString(files.resolve("report.json")), ProofReport.class);
    assertThat(report.trials().getFirst().accuracy().drop()).isBetween(0.0, 0.05);
    assertThat(report.trials().getFirst().steps()).hasSize(2);
    assertThat(report.trials().getFirst().layers())
        .isNotEmpty()
        .allSatisfy(layer -> assertThat(layer.sizeAfter()).isLessThan(layer.sizeBefore()));
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(ProofReport.class.getResourceAsStream("proof-report.schema.json"));
    assertThat(schema.validate(Files.readString(files.resolve("report.json")), InputFormat.JSON))
        .isEmpty();
    assertThat(files.resolve("report.html")).content().contains("<svg", "dynamic-int8");
  }

  private String digestOf(String repository, String tag) {
    return Sha256.of(registry.manifest(repository, tag));
  }

  @Test
  void theVariantIsAnImageThatContainerRuntimesMount() throws IOException {
    build(request());

    JsonNode manifest = new ObjectMapper().readTree(registry.manifest("variants/tiny", "t1"));
    assertThat(manifest.path("artifactType").asText())
        .isEqualTo("application/vnd.modelfleet.variant.v1");
    JsonNode layer = manifest.path("layers").path(0);
    assertThat(layer.path("mediaType").asText())
        .isEqualTo("application/vnd.oci.image.layer.v1.tar");
    JsonNode config =
        new ObjectMapper().readTree(registry.blob(manifest.path("config").path("digest").asText()));
    assertThat(config.path("rootfs").path("diff_ids").path(0).asText())
        .isEqualTo(layer.path("digest").asText());
    assertThat(config.path("architecture").asText()).isEqualTo("amd64");
  }

  @Test
  void equalRequestsGiveEqualDigestsAndAreBuiltOnce() throws IOException {
    BuildResult first = build(request());
    BuildResult elsewhere =
        build(
            request()
                .publication(
                    new Publication(
                        registry.authority() + "/variants/tiny",
                        "t2",
                        List.of(registry.authority()))));
    assertThat(elsewhere.artifact().digest()).isEqualTo(first.artifact().digest());
    assertThat(elsewhere.reused()).isFalse();

    int requests = registry.requests().size();
    BuildResult again = build(request());

    assertThat(again.reused()).isTrue();
    assertThat(again.artifact()).isEqualTo(first.artifact());
    assertThat(again.recipe()).isEqualTo(first.recipe());
    assertThat(again.sourceSize()).isEqualTo(first.sourceSize());
    assertThat(registry.requests().subList(requests, registry.requests().size()))
        .allMatch(request -> request.startsWith("GET /v2/variants/"));
  }

  @Test
  void aVariantThatTheDeviceRuledOutIsNotUsedAgain() throws IOException {
    Requests request = request().recipes(Requests.DYNAMIC, Requests.DYNAMIC_PER_TENSOR);
    build(request);

    BuildResult next = build(request.excluded("dynamic-int8"));

    assertThat(next.reused()).isFalse();
    assertThat(next.recipe()).isEqualTo("dynamic-int8-per-tensor");
    assertThat(next.trials())
        .extracting(Trial::recipe, Trial::outcome, Trial::reason)
        .startsWith(tuple("dynamic-int8", TrialOutcome.SKIPPED, Trial.RULED_OUT_ON_DEVICE));
  }

  @Test
  void paretoTriesAllAndTakesTheBest() throws IOException {
    Requests request =
        request()
            .recipes(Requests.HALF, Requests.DYNAMIC, Requests.DYNAMIC_PER_TENSOR)
            .search(new Search(SearchStrategy.PARETO, null, SearchObjective.ACCURACY, null));

    BuildResult result = build(request);

    assertThat(result.recipe()).isEqualTo("fp16");
    assertThat(result.trials())
        .extracting(Trial::recipe, Trial::outcome)
        .containsExactly(
            tuple("fp16", TrialOutcome.ACCEPTED),
            tuple("dynamic-int8", TrialOutcome.PASSED),
            tuple("dynamic-int8-per-tensor", TrialOutcome.PASSED));
    assertThat(pull(result).resolve("report.html")).content().contains("polyline class=\"front\"");
  }

  @Test
  void theBudgetOfTrialsEndsTheSearch() throws IOException {
    BuildResult result =
        build(
            request()
                .recipes(Requests.DYNAMIC, Requests.DYNAMIC_PER_TENSOR, Requests.HALF)
                .gates(new Gates(1e-9, null, null, null))
                .search(new Search(SearchStrategy.ORDERED, 2, null, null)));

    assertThat(result.trials())
        .extracting(Trial::recipe)
        .containsExactly("dynamic-int8", "dynamic-int8-per-tensor");
    assertThat(result.message()).contains("1 more were not tried");
  }

  @Test
  void aBuildThatStartsAgainGoesOnFromFinishedTrials() throws IOException {
    Search pareto = new Search(SearchStrategy.PARETO, null, SearchObjective.SIZE, null);
    Requests request =
        request()
            .recipes(Requests.DYNAMIC, Requests.HALF, Requests.DYNAMIC_PER_TENSOR)
            .search(pareto);
    BuildResult whole = build(request);
    registry.removeTag("variants/tiny", "t1");

    BuildResult again = build(request);

    assertThat(output)
        .contains("dynamic-int8: finished by an earlier attempt", "fp16: finished by an earlier")
        .doesNotContain("fp16: apply its steps");
    assertThat(again.recipe()).isEqualTo(whole.recipe());
    assertThat(again.artifact().size()).isEqualTo(whole.artifact().size());
  }

  @Test
  void nothingIsPublishedWhereEveryRecipeMissesAGate() throws IOException {
    BuildResult result =
        build(request().precisions(Precision.INT8).gates(new Gates(1e-9, null, null, null)));

    assertThat(exitCode).isEqualTo(ExitCode.DONE);
    assertThat(result.outcome()).isEqualTo(BuildOutcome.REJECTED);
    assertThat(result.message()).contains("dynamic-int8 (AccuracyBelowGate)");
    assertThat(result.trials())
        .extracting(Trial::reason)
        .containsExactly(Trial.ACCURACY_BELOW_GATE, Trial.PRECISION_NOT_SUPPORTED);
    assertThat(registry.manifest("variants/tiny", "t1")).isNull();
  }

  @Test
  void theOriginalIsPublishedUnchangedWhereTheRequestFallsBackToIt() throws IOException {
    BuildResult result =
        build(
            request()
                .recipes(Requests.DYNAMIC)
                .gates(new Gates(1e-9, null, null, null))
                .fallback(Fallback.ORIGINAL));

    assertThat(result.recipe()).isEqualTo("original");
    assertThat(pull(result).resolve("model.onnx")).hasBinaryContent(TinyModel.matMul());

    BuildResult tooLarge =
        build(
            request()
                .publication(
                    new Publication(
                        registry.authority() + "/variants/tiny",
                        "small",
                        List.of(registry.authority())))
                .recipes(Requests.DYNAMIC)
                .gates(new Gates(1e-9, 10_000L, null, null))
                .fallback(Fallback.ORIGINAL));
    assertThat(tooLarge.outcome()).isEqualTo(BuildOutcome.REJECTED);
    assertThat(tooLarge.trials().getLast().reason()).isEqualTo(Trial.SIZE_ABOVE_GATE);
    assertThat(tooLarge.trials().getLast().message()).contains("10,000");
  }

  @Test
  void aModelIsProvenOnRandomInputsWhereThereIsNoData() throws IOException {
    BuildResult result = build(request().evaluation(null, Requests.NONE));

    assertThat(result.outcome()).isEqualTo(BuildOutcome.PUBLISHED);
    assertThat(result.trials().getFirst().accuracy()).isNull();
    assertThat(pull(result).resolve("golden.npz")).exists();
  }

  @Test
  void aStepThatDoesNotApplyEndsItsTrialOnly() throws IOException {
    putModel(TinyModel.relu());

    BuildResult result = build(request().fallback(Fallback.ORIGINAL));

    assertThat(result.outcome()).isEqualTo(BuildOutcome.PUBLISHED);
    assertThat(result.trials().getFirst().outcome()).isEqualTo(TrialOutcome.FAILED);
    assertThat(result.trials().getFirst().reason()).isEqualTo(Trial.STEP_NOT_APPLICABLE);
  }

  @ParameterizedTest(name = "{0} gives {1}")
  @CsvSource(
      textBlock =
          """
          empty,             InvalidModel,
          not ONNX,          InvalidModel,
          truncated,         InvalidModel,
          not a number,      InvalidModel,     NaN
          data outside,      UnsafePath,       ../secret.bin
          data absolute,     UnsafePath,       /etc/hostname
          """)
  void badModels(String model, String reason, String message) throws IOException {
    byte[] whole = TinyModel.matMul();
    putModel(
        switch (model) {
          case "empty" -> new byte[0];
          case "not ONNX" -> "<html>not found</html>".getBytes(StandardCharsets.UTF_8);
          case "truncated" -> Arrays.copyOf(whole, whole.length / 2);
          case "not a number" -> TinyModel.notANumber();
          case "data outside" -> TinyModel.external("../secret.bin");
          default -> TinyModel.external("/etc/hostname");
        });

    BuildResult result = build(request());

    expectFailure(result, reason, ExitCode.PERMANENT_FAILURE);
    assertThat(result.message()).contains(message == null ? "tiny.onnx" : message);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      textBlock =
          """
          input lacking,  has no array x
          wrong shape,    '[-1, 64]'
          not npz,        not a readable .npz
          """)
  void badDatasets(String dataset, String message) throws IOException {
    putFile(
        "datasets/evaluation",
        "e.npz",
        switch (dataset) {
          case "input lacking" -> TinyModel.samples("y", 5, TinyModel.WIDTH, 1);
          case "wrong shape" -> TinyModel.samples("x", 5, TinyModel.WIDTH + 1, 1);
          default -> new byte[] {1, 2, 3};
        });

    BuildResult result = build(request());

    expectFailure(result, "DatasetMismatch", ExitCode.PERMANENT_FAILURE);
    assertThat(result.message()).contains(message);
  }

  @ParameterizedTest(name = "a registry that is {0} gives {1}")
  @CsvSource(
      textBlock =
          """
          READ_ONLY, RegistryAuth,  DENIED
          BASIC,     RegistryAuth,  asks for credentials
          FULL,      PublishFailed, no space in the registry
          BUSY,      PublishFailed, 503
          SILENT,    PublishFailed, did not answer in time
          """)
  void registriesThatRefuse(Mood mood, String reason, String message) throws IOException {
    registry.mood(mood);
    limits = mood == Mood.SILENT ? QUICK : PATIENT;

    BuildResult result = build(request());

    expectFailure(result, reason, ExitCode.RETRYABLE_FAILURE);
    assertThat(result.message()).contains(message, registry.authority() + "/variants/tiny:t1");
    assertThat(output).doesNotContain("fetch the model");
  }

  @Test
  void whatIsFetchedMustHaveItsDigest() throws IOException {
    String other = digestOf("datasets/evaluation", "1");
    Source pinned = new Source("oci://" + registry.authority() + "/models/tiny:1", other);
    expectFailure(build(request().model(pinned)), "SourceNotFound", ExitCode.PERMANENT_FAILURE);

    Path file = Files.write(temp.resolve("model.onnx"), TinyModel.matMul());
    BuildResult result = build(request().model(new Source(file.toUri().toString(), other)));
    expectFailure(result, "DigestMismatch", ExitCode.PERMANENT_FAILURE);

    registry.mood(Mood.LYING);
    BuildResult lied = build(request());
    expectFailure(lied, "DigestMismatch", ExitCode.PERMANENT_FAILURE);
    assertThat(lied.message()).contains("models/tiny");
  }

  @Test
  void aRequestThatDoesNotReadNamesItsMember() throws IOException {
    BuildResult result = build("{\"keys\": 1}");

    expectFailure(result, "InvalidRequest", ExitCode.PERMANENT_FAILURE);
    assertThat(result.message()).contains("keys");
  }

  @Test
  void leftoversOfAKilledAttemptDoNoHarm() throws IOException {
    Path leftover = temp.resolve("work/build/trials/dynamic-int8/model.onnx");
    Files.createDirectories(leftover.getParent());
    Files.writeString(leftover, "half a mo");
    Files.writeString(leftover.resolveSibling("stray"), "stray");

    BuildResult result = build(request());

    assertThat(pull(result).resolve("stray")).doesNotExist();
  }

  private void expectFailure(BuildResult result, String reason, int code) {
    assertThat(result.outcome()).isEqualTo(BuildOutcome.FAILED);
    assertThat(result.reason())
        .as(result.message())
        .isEqualTo(ContractJson.read("\"" + reason + "\"", FailureReason.class));
    assertThat(exitCode).isEqualTo(code);
    assertThat(registry.manifest("variants/tiny", "t1")).isNull();
  }
}
