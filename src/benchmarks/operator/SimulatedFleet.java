import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.BuildOutcome;
import dev.modelfleet.artifact.BuildResult;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.ProbeResult;
import dev.modelfleet.artifact.PublishedArtifact;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.TrialOutcome;
import java.util.List;

/**
 * A fleet that exists only as objects: two pools of nodes, many sites of three nodes each, and the
 * ModelDeployments on them. Ten ModelDeployments share a model and a site; each serves one replica
 * in both pools and one pod on each of the site's nodes.
 *
 * <p>KWOK plays the kubelets. The pods of builds and probes end after a second with a termination
 * message that says what a real one would: nothing is built, fetched or measured.
 *
 * @param deployments number of ModelDeployments
 * @param sharers number of ModelDeployments that share a model
 * @param nodes number of simulated nodes
 */
record SimulatedFleet(int deployments, int sharers, int nodes) {

  private static final int NAMESPACES = 10;
  private static final int NODES_OF_A_SITE = 3;
  private static final String DIGEST = "sha256:" + "5".repeat(64);

  /** Name of a namespace. */
  static String namespace(int number) {
    return "fleet-" + number;
  }

  /** Number of models, and so of groups of ModelDeployments. */
  int models() {
    return (deployments + sharers - 1) / sharers;
  }

  /** Number of sites: a third of the nodes at most, the others are the pools. */
  int sites() {
    return Math.max(1, Math.min(models(), nodes / NODES_OF_A_SITE / 3));
  }

  /** Value of a node's label {@code benchmark/place}. */
  String place(int node) {
    int site = node / NODES_OF_A_SITE;
    return site < sites() ? "site-" + site : node % 2 == 0 ? "gpu" : "cpu";
  }

  /** Namespaces, policies and HardwareTargets. */
  String setting() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < NAMESPACES; i++) {
      text.append(policy(namespace(i)));
    }
    text.append(target("gpu-pool", "Replicas", "gpu"));
    text.append(target("cpu-pool", "Replicas", "cpu"));
    for (int site = 0; site < sites(); site++) {
      text.append(target("site-" + site, "PerNode", "site-" + site));
    }
    return text.toString();
  }

  /** A ModelDeployment. */
  String deployment(int number) {
    int model = number / sharers;
    return """
        apiVersion: modelfleet.dev/v1alpha1
        kind: ModelDeployment
        metadata: {name: md-%1$d, namespace: %2$s}
        spec:
          model: {uri: "oci://registry.example.com/models/m%3$d:1", digest: "sha256:%4$064x"}
          compression: {policyRef: {name: embeddings}}
          targets:
            - {name: gpu, hardwareTargetRef: {name: gpu-pool}, replicas: 1}
            - {name: cpu, hardwareTargetRef: {name: cpu-pool}, replicas: 1}
            - {name: edge, hardwareTargetRef: {name: site-%5$d}}
        """
        .formatted(number, namespace(model % NAMESPACES), model, model + 1, model % sites());
  }

  /** A namespace with a CompressionPolicy. */
  static String policy(String namespace) {
    return """
        ---
        apiVersion: v1
        kind: Namespace
        metadata: {name: %1$s}
        ---
        apiVersion: modelfleet.dev/v1alpha1
        kind: CompressionPolicy
        metadata: {name: embeddings, namespace: %1$s}
        spec:
          recipes:
            - name: static-int8
              steps: [{simplify: {}}, {quantize: {scheme: Static}}]
            - name: dynamic-int8
              steps: [{simplify: {}}, {quantize: {scheme: Dynamic}}]
          calibration: {dataset: {uri: "oci://registry.example.com/datasets/c:1", digest: "%2$s"}}
          evaluation:
            dataset: {uri: "oci://registry.example.com/datasets/e:1", digest: "%2$s"}
            metric: {type: CosineSimilarity}
          constraints: {maxAccuracyDrop: 1%%}
          fallback: Original
        """
        .formatted(namespace, DIGEST);
  }

  private static String target(String name, String mode, String place) {
    return """
        ---
        apiVersion: modelfleet.dev/v1alpha1
        kind: HardwareTarget
        metadata: {name: %s}
        spec:
          device: {class: CPU, architecture: amd64, precisions: [FP32, INT8]}
          engine: {name: ONNXRuntime}
          placement:
            mode: %s
            nodeSelector: {benchmark/place: %s}
          budget: {latencyP99: 500ms}
        """
        .formatted(name, mode, place);
  }

  /** How pods of Jobs end: with the message of a build that published, or of a good probe. */
  static String stages() {
    return stage("pod-complete", "build", ContractJson.write(built()))
        + "---\n"
        + stage("pod-complete-probe", "probe", ContractJson.write(probed()));
  }

  private static String stage(String name, String component, String message) {
    return """
        apiVersion: kwok.x-k8s.io/v1alpha1
        kind: Stage
        metadata:
          name: %s
        spec:
          resourceRef: {apiGroup: v1, kind: Pod}
          selector:
            matchLabels: {app.kubernetes.io/component: %s}
            matchExpressions:
              - {key: .metadata.deletionTimestamp, operator: DoesNotExist}
              - {key: .status.phase, operator: In, values: [Running]}
          delay: {durationMilliseconds: 1000}
          next:
            statusTemplate: |
              {{ $now := Now }}
              containerStatuses:
              {{ range .spec.containers }}
              - image: {{ .image | Quote }}
                name: {{ .name | Quote }}
                ready: false
                restartCount: 0
                started: false
                state:
                  terminated:
                    exitCode: 0
                    finishedAt: {{ $now | Quote }}
                    reason: Completed
                    startedAt: {{ $now | Quote }}
                    message: '%s'
              {{ end }}
              phase: Succeeded
        """
        .formatted(name, component, message.replace("'", "''"));
  }

  private static BuildResult built() {
    return new BuildResult(
        BuildOutcome.PUBLISHED,
        null,
        "published",
        new PublishedArtifact("registry.example.com/variants/m@" + DIGEST, DIGEST, 23_000_000),
        "dynamic-int8",
        90_400_000,
        new Latency(4.6, 5.1, 50),
        List.of(
            trial("static-int8", TrialOutcome.REJECTED, Trial.ACCURACY_BELOW_GATE, 0.194),
            trial("dynamic-int8", TrialOutcome.ACCEPTED, null, 0.0067)),
        false);
  }

  private static Trial trial(String recipe, TrialOutcome outcome, String reason, double drop) {
    return new Trial(
        recipe,
        outcome,
        reason,
        reason == null ? null : "accuracy drop 19.4% is above the gate of 1%",
        23_000_000,
        new Accuracy(MetricType.COSINE_SIMILARITY, 1, 1 - drop, drop, 100),
        new Latency(2, 2.4, 50),
        null);
  }

  private static ProbeResult probed() {
    return new ProbeResult(
        null,
        "measured",
        new ProbeResult.GoldenAgreement(true, 0.99999, 1e-5, 8),
        new Latency(2, 4, 50),
        200,
        120_000_000,
        "simulated");
  }
}
