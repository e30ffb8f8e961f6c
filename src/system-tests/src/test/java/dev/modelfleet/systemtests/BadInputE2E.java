package dev.modelfleet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything that a user can get wrong ends in a condition whose reason a program can act on and
 * whose message tells a person what to change. All cases are applied at once, as a careless user
 * would: none holds another up.
 */
@WithProduct
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputE2E {

  private static final String UNREACHABLE = "oci://registry.invalid:5000/models/m:1";

  private final Product product;
  private final Workspace workspace;

  BadInputE2E(Product product) {
    this.product = product;
    this.workspace = new Workspace(product, "bad-input");
  }

  /**
   * One mistake.
   *
   * @param name of the ModelDeployment
   * @param condition type of its condition that tells of it
   * @param status of the condition
   * @param reason of the condition
   * @param cause reason in the variant's Built condition or of a trial; null where no variant is
   *     made
   * @param words what the deployment's message holds
   */
  record Mistake(
      String name,
      String condition,
      Condition.Status status,
      String reason,
      String cause,
      List<String> words) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Mistake> mistakes() {
    return Stream.of(
        refs("no-such-tag", Condition.Status.FALSE, "SourceNotFound", "bad/model:none"),
        refs("no-such-host", Condition.Status.UNKNOWN, "SourceUnreachable", "registry.invalid"),
        refs("no-policy", Condition.Status.FALSE, "PolicyMissing", "missing-policy"),
        refs("no-target", Condition.Status.FALSE, "TargetMissing", "missing-target"),
        variant("no-nodes", "NoNodesMatch", "NoNodesMatch", "modelfleet.dev/nowhere"),
        variant("no-such-digest", "VariantFailed", "SourceNotFound", "@sha256:0000"),
        variant("not-onnx", "VariantFailed", "InvalidModel", "ONNX"),
        variant("truncated", "VariantFailed", "InvalidModel", "truncated"),
        variant("outside", "VariantFailed", "UnsafePath", "../../etc/passwd"),
        variant("wrong-name", "VariantFailed", "DatasetMismatch", "x"),
        variant("wrong-shape", "VariantFailed", "DatasetMismatch", "64", "63"),
        variant("too-small", "VariantRejected", "SizeAboveGate", "dynamic-int8"),
        variant("not-applicable", "VariantRejected", "StepNotApplicable", "quantize"));
  }

  private static Mistake refs(
      String name, Condition.Status status, String reason, String... words) {
    return new Mistake(name, "ResolvedRefs", status, reason, null, List.of(words));
  }

  private static Mistake variant(String name, String reason, String cause, String... words) {
    return new Mistake(
        name, "VariantsReady", Condition.Status.FALSE, reason, cause, List.of(words));
  }

  @BeforeAll
  void makeEveryMistake(@TempDir Path files) throws IOException {
    byte[] good = Files.readAllBytes(TinyModel.write(files.resolve("good.onnx"), 2));
    String model = pushModel(files, "good", good);
    String data = pushData(files, "data", "x", TinyModel.INPUTS);
    workspace.applyEdgeTarget("bad-edge");
    workspace.applyTinyPolicy("policy", data);
    workspace.applyTinyPolicy("wrong-name", pushData(files, "names", "z", TinyModel.INPUTS));
    workspace.applyTinyPolicy("wrong-shape", pushData(files, "shapes", "x", 63));
    applyNowhereTarget();
    applyStrictPolicy("too-small", data);

    deploy("no-such-tag", uri("bad/model:none"), "policy");
    deploy("no-such-host", UNREACHABLE, "policy");
    applyPinned("no-such-digest", model, "sha256:" + "0".repeat(64));
    deploy("no-policy", model, "missing-policy");
    workspace.applyDeployment("no-target", model, "policy", "missing-target");
    workspace.applyDeployment("no-nodes", model, "policy", "bad-nowhere");
    deploy("not-onnx", pushModel(files, "text", "this is no model".getBytes()), "policy");
    deploy("truncated", pushModel(files, "cut", Arrays.copyOf(good, good.length / 2)), "policy");
    TinyModel.writeWithExternalData(files.resolve("outside.onnx"), "../../etc/passwd");
    deploy(
        "outside",
        pushModel(files, "outside", Files.readAllBytes(files.resolve("outside.onnx"))),
        "policy");
    deploy("wrong-name", model, "wrong-name");
    deploy("wrong-shape", model, "wrong-shape");
    deploy("too-small", model, "too-small");
    TinyModel.writeWithoutProducts(files.resolve("relu.onnx"));
    deploy(
        "not-applicable",
        pushModel(files, "relu", Files.readAllBytes(files.resolve("relu.onnx"))),
        "policy");
  }

  @AfterAll
  void delete() {
    workspace.close();
    workspace.deleteTargets("bad-edge", "bad-nowhere");
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void isToldInACondition(Mistake mistake) {
    ModelDeployment deployment =
        workspace.await(
            mistake.name(),
            found ->
                Workspace.condition(found, mistake.condition())
                    .filter(condition -> condition.reason().equals(mistake.reason()))
                    .isPresent());

    Condition condition = Workspace.condition(deployment, mistake.condition()).orElseThrow();
    assertThat(condition.status()).isEqualTo(mistake.status());
    assertThat(condition.message()).contains(mistake.words());
    assertThat(condition.observedGeneration()).isEqualTo(deployment.getMetadata().getGeneration());
    assertThat(Workspace.condition(deployment, "Ready"))
        .hasValueSatisfying(ready -> assertThat(ready.isTrue()).isFalse());
    if (mistake.cause() != null) {
      assertThat(causes(deployment)).contains(mistake.cause());
    }
  }

  @Test
  void isNotRetriedWhereThatCannotHelp() {
    isToldInACondition(
        mistakes().filter(mistake -> mistake.name().equals("not-onnx")).findFirst().orElseThrow());
    String variant =
        workspace.deployment("not-onnx").get().getStatus().targetStatuses().getFirst().variant();
    assertThat(
            workspace.client().pods().inNamespace(workspace.namespace()).list().getItems().stream()
                .filter(pod -> pod.getMetadata().getName().startsWith(variant)))
        .as("pods of the build")
        .hasSize(1);
  }

  private List<String> causes(ModelDeployment deployment) {
    String name = deployment.getStatus().targetStatuses().getFirst().variant();
    Optional<ModelVariant> variant =
        workspace.variants().stream()
            .filter(found -> found.getMetadata().getName().equals(name))
            .findFirst();
    var status = variant.orElseThrow().getStatus();
    return Stream.concat(
            status.conditions().stream().map(Condition::reason),
            status.trials().stream().map(trial -> String.valueOf(trial.reason())))
        .toList();
  }

  private void deploy(String name, String modelUri, String policy) {
    workspace.applyDeployment(name, modelUri, policy, "bad-edge");
  }

  private void applyPinned(String name, String modelUri, String digest) {
    workspace.apply(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: ModelDeployment
        metadata:
          name: %s
        spec:
          model: {uri: "%s", digest: "%s"}
          targets:
            - name: edge
              hardwareTargetRef: {name: bad-edge}
        """
            .formatted(name, modelUri, digest));
  }

  private void applyNowhereTarget() {
    workspace.apply(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: HardwareTarget
        metadata:
          name: bad-nowhere
        spec:
          device: {class: CPU, architecture: amd64, precisions: [FP32, INT8]}
          engine: {name: ONNXRuntime, executionProvider: CPU}
          placement:
            mode: PerNode
            nodeSelector: {modelfleet.dev/nowhere: "true"}
        """);
  }

  private void applyStrictPolicy(String name, String evaluationUri) {
    workspace.apply(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: CompressionPolicy
        metadata:
          name: %s
        spec:
          recipes:
            - name: dynamic-int8
              steps: [{quantize: {scheme: Dynamic}}]
          evaluation:
            dataset: {uri: "%s"}
            metric: {type: CosineSimilarity}
          constraints: {maxModelSize: "100"}
        """
            .formatted(name, evaluationUri));
  }

  private String uri(String repositoryAndTag) {
    return "oci://" + product.cluster().registry().clusterAddress() + "/" + repositoryAndTag;
  }

  private String pushModel(Path files, String name, byte[] content) throws IOException {
    Path directory = Files.createDirectories(files.resolve(name));
    return product.push(
        "bad/" + name + ":1", Files.write(directory.resolve("model.onnx"), content));
  }

  private String pushData(Path files, String name, String input, int length) throws IOException {
    return product.push(
        "bad/" + name + ":1", TinyModel.writeData(files.resolve(name + ".npz"), input, length, 16));
  }
}
