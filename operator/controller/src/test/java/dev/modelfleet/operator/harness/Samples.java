package dev.modelfleet.operator.harness;

import dev.modelfleet.api.v1alpha1.CompressionPolicy;
import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentSpecBuilder;
import dev.modelfleet.api.v1alpha1.ModelSource;
import dev.modelfleet.api.v1alpha1.RolloutBuilder;
import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.BuildOutcome;
import dev.modelfleet.artifact.BuildRequest;
import dev.modelfleet.artifact.BuildResult;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.ProbeResult;
import dev.modelfleet.artifact.PublishedArtifact;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.TrialOutcome;
import dev.modelfleet.operator.harness.StandInNodes.JobEnd;
import dev.modelfleet.operator.name.Sha256;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;

/** Objects and results for tests, small and complete. */
public final class Samples {

  private Samples() {}

  /** A policy with two recipes and all gates. */
  public static CompressionPolicy policy(String namespace, String name, String dataset) {
    return Serialization.unmarshal(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: CompressionPolicy
        metadata: {name: %s, namespace: %s}
        spec:
          recipes:
            - name: static-int8
              steps: [{simplify: {}}, {quantize: {scheme: Static}}]
            - name: dynamic-int8
              steps: [{simplify: {}}, {quantize: {scheme: Dynamic}}]
          calibration: {dataset: {uri: "%s"}}
          evaluation:
            dataset: {uri: "%s"}
            metric: {type: CosineSimilarity}
          constraints: {maxAccuracyDrop: 1%%}
          fallback: Original
        """
            .formatted(name, namespace, dataset, dataset),
        CompressionPolicy.class);
  }

  /** A target of nodes with the label {@code test=<label>}. */
  public static HardwareTarget target(String name, String mode, String label) {
    return Serialization.unmarshal(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: HardwareTarget
        metadata: {name: %s}
        spec:
          device: {class: CPU, architecture: amd64, precisions: [FP32, INT8]}
          engine: {name: ONNXRuntime}
          placement: {mode: %s, nodeSelector: {test: %s}}
          budget: {latencyP99: 500ms}
        """
            .formatted(name, mode, label),
        HardwareTarget.class);
  }

  /** A HardwareTarget of member clusters, of which the hub has no node. */
  public static HardwareTarget memberTarget(String name, String label) {
    return Serialization.unmarshal(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: HardwareTarget
        metadata: {name: %s}
        spec:
          device: {class: CPU, architecture: arm64, precisions: [FP32, INT8]}
          engine: {name: ONNXRuntime}
          placement: {mode: Replicas, clusterSelector: {test: %s}}
        """
            .formatted(name, label),
        HardwareTarget.class);
  }

  /** A ModelDeployment on the given targets. */
  public static ModelDeployment deployment(
      String namespace, String name, String uri, String policy, String... targets) {
    StringBuilder list = new StringBuilder();
    for (String target : targets) {
      String[] parts = target.split("=", 2);
      list.append(
          "    - {name: %s, hardwareTargetRef: {name: %s}}\n".formatted(parts[0], parts[1]));
    }
    return Serialization.unmarshal(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: ModelDeployment
        metadata: {name: %s, namespace: %s}
        spec:
          model: {uri: "%s"}
          compression: {policyRef: {name: %s}}
          targets:
        %s
        """
            .formatted(name, namespace, uri, policy, list),
        ModelDeployment.class);
  }

  /** Changes the model, as an edit of the spec does. */
  public static void edit(ModelDeployment deployment, String model) {
    ModelSource source =
        new ModelSource("https://h/" + model + ".onnx", "sha256:" + Sha256.hex(model), null);
    deployment.setSpec(
        ModelDeploymentSpecBuilder.builder(deployment.getSpec())
            .model(source)
            .compression(null)
            .build());
    nextGeneration(deployment);
  }

  /** Pauses or resumes the rollout, as an edit of the spec does. */
  public static void pause(ModelDeployment deployment, boolean paused) {
    deployment.setSpec(
        ModelDeploymentSpecBuilder.builder(deployment.getSpec())
            .rollout(RolloutBuilder.builder().paused(paused).build())
            .build());
    nextGeneration(deployment);
  }

  /** Gives all targets a number of pods, as an edit of the spec does. */
  public static void replicas(ModelDeployment deployment, int replicas) {
    deployment.setSpec(
        ModelDeploymentSpecBuilder.builder(deployment.getSpec())
            .targets(
                deployment.getSpec().targets().stream()
                    .map(
                        target ->
                            new DeploymentTarget(
                                target.name(),
                                target.hardwareTargetRef(),
                                replicas,
                                target.resources(),
                                target.route()))
                    .toList())
            .build());
    nextGeneration(deployment);
  }

  private static void nextGeneration(ModelDeployment deployment) {
    var meta = deployment.getMetadata();
    meta.setGeneration(meta.getGeneration() + 1);
  }

  /** The request that a build Job carries. */
  public static BuildRequest request(Job job) {
    return job.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv().stream()
        .filter(e -> e.getName().equals(BuildRequest.ENVIRONMENT_VARIABLE))
        .map(e -> ContractJson.read(e.getValue(), BuildRequest.class))
        .findFirst()
        .orElseThrow();
  }

  /** Whether a Job is a build. */
  public static boolean isBuild(Job job) {
    return "build".equals(job.getMetadata().getLabels().get("app.kubernetes.io/component"));
  }

  /** A build whose first recipe fails its gate and whose next is published; a good probe. */
  public static JobEnd succeeds(Job job) {
    return isBuild(job) ? published(job) : probed(4.0);
  }

  /** A build that publishes the last recipe that is not left out. */
  public static JobEnd published(Job job) {
    BuildRequest request = request(job);
    List<Trial> trials = new ArrayList<>();
    String accepted = Recipe.ORIGINAL;
    List<Recipe> tried =
        request.recipes().stream()
            .filter(r -> !request.excludedRecipes().contains(r.name()))
            .toList();
    for (int i = 0; i < tried.size(); i++) {
      boolean last = i == tried.size() - 1;
      String name = tried.get(i).name();
      trials.add(last ? accepted(name) : belowGate(name));
      accepted = last ? name : accepted;
    }
    if (tried.isEmpty()) {
      trials.add(accepted(Recipe.ORIGINAL));
    }
    String digest = "sha256:" + Sha256.hex(request.publication().tag());
    String reference = request.publication().repository() + "@" + digest;
    return exit(
        new BuildResult(
            BuildOutcome.PUBLISHED,
            null,
            "published",
            new PublishedArtifact(reference, digest, 23_000_000),
            accepted,
            90_400_000,
            new Latency(4.6, 5.1, 50),
            trials,
            false));
  }

  /** A build none of whose recipes passes. */
  public static JobEnd rejected() {
    return exit(
        new BuildResult(
            BuildOutcome.REJECTED,
            null,
            "no recipe passes",
            null,
            null,
            90_400_000,
            null,
            List.of(belowGate("static-int8"), belowGate("dynamic-int8")),
            false));
  }

  /** A build that fails. */
  public static JobEnd failed(FailureReason reason, String message) {
    int code = reason.retryable() ? 75 : 65;
    return new JobEnd.Exit(code, ContractJson.write(BuildResult.failed(reason, message)));
  }

  /** A probe that measured a latency. */
  public static JobEnd probed(double p99) {
    return new JobEnd.Exit(
        0,
        ContractJson.write(
            new ProbeResult(
                null,
                "measured",
                new ProbeResult.GoldenAgreement(true, 0.99999, 1e-5, 8),
                new Latency(p99 / 2, p99, 50),
                200,
                120_000_000,
                "a test CPU")));
  }

  private static JobEnd exit(BuildResult result) {
    return new JobEnd.Exit(0, ContractJson.write(result));
  }

  private static Trial accepted(String recipe) {
    Accuracy accuracy =
        new Accuracy(
            MetricType.COSINE_SIMILARITY,
            1,
            0.9933,
            0.0067,
            100,
            new Accuracy.Interval(0.95, 0.0061, 0.0074),
            null,
            null);
    return new Trial(
        recipe,
        TrialOutcome.ACCEPTED,
        null,
        null,
        23_000_000,
        accuracy,
        new Latency(2, 2.4, 50),
        null);
  }

  private static Trial belowGate(String recipe) {
    Accuracy accuracy = new Accuracy(MetricType.COSINE_SIMILARITY, 1, 0.806, 0.194, 100);
    return new Trial(
        recipe,
        TrialOutcome.REJECTED,
        Trial.ACCURACY_BELOW_GATE,
        "accuracy drop 19.4% is above the gate of 1%",
        23_100_000,
        accuracy,
        new Latency(15, 15.2, 50),
        null);
  }
}
