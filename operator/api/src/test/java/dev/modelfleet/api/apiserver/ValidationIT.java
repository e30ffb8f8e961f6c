package dev.modelfleet.api.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** What the API server refuses, with the message that a user sees. */
@WithTestCluster(nodes = 0)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ValidationIT {

  private final CrdApiServer server;

  ValidationIT(TestCluster cluster) {
    server = new CrdApiServer(cluster);
  }

  /**
   * A change to a valid object that makes it invalid.
   *
   * @param rule what is broken
   * @param kind of the object
   * @param patch the change
   * @param message part of the answer
   */
  private record Refused(String rule, String kind, String patch, String message) {}

  private static Refused deployment(String rule, String spec, String message) {
    return new Refused(rule, "ModelDeployment", "spec:\n" + spec.indent(2), message);
  }

  private static Refused wave(String rule, String waves, String message) {
    return deployment(rule, "rollout: {waves: [" + waves + "]}", message);
  }

  private static Refused route(String rule, String route, String message) {
    return deployment(
        rule,
        "targets: [{name: a, hardwareTargetRef: {name: x}, route: {%s}}]".formatted(route),
        message);
  }

  private static Refused query(String rule, String queries, String message) {
    return deployment(
        rule,
        "rollout: {analysis: {prometheus: {address: 'http://p:9090', queries: [%s]}}}"
            .formatted(queries),
        message);
  }

  private static Refused policy(String rule, String spec, String message) {
    return new Refused(rule, "CompressionPolicy", "spec:\n" + spec.indent(2), message);
  }

  private static Refused target(String rule, String spec, String message) {
    return new Refused(rule, "HardwareTarget", "spec:\n" + spec.indent(2), message);
  }

  private static Refused metric(String rule, String metric, String message) {
    return policy(rule, "evaluation:\n  metric: " + metric, message);
  }

  private static Refused step(String rule, String step, String message) {
    return policy(rule, "recipes: [{name: a, steps: [" + step + "]}]", message);
  }

  private static Stream<Refused> deployments() {
    return Stream.of(
        deployment(
            "a model by https is pinned",
            "model: {uri: 'https://models.example.com/minilm.onnx'}",
            "digest is required with https:// and pvc:// URIs"),
        deployment(
            "a model on a volume is pinned",
            "model: {uri: 'pvc://models/minilm.onnx'}",
            "add digest: sha256:… as printed by sha256sum"),
        deployment(
            "two digests are equal",
            "model: {uri: 'oci://r/m@sha256:%s', digest: 'sha256:%s'}"
                .formatted("a".repeat(64), "b".repeat(64)),
            "the digest in uri differs from digest"),
        deployment("a digest is a digest", "model: {digest: 'sha256:abc'}", "spec.model.digest"),
        deployment(
            "only known ways to fetch",
            "model: {uri: 'ftp://models.example.com/minilm.onnx'}",
            "spec.model.uri"),
        deployment(
            "a pull secret is for registries",
            "model: {uri: 'https://m.example.com/m', digest: 'sha256:%s', pullSecretRef: {name: s}}"
                .formatted("a".repeat(64)),
            "pullSecretRef applies to oci:// URIs only"),
        deployment("a model is named", "model: {uri: null}", "spec.model.uri: Required value"),
        deployment(
            "one policy",
            "compression: {inline: {recipes: [{name: a, steps: [{simplify: {}}]}]}}",
            "exactly one of policyRef and inline is needed"),
        deployment(
            "a policy",
            "compression: {policyRef: null}",
            "leave compression out to serve the original"),
        deployment("a target", "targets: []", "should have at least 1 items"),
        deployment(
            "unique targets",
            "targets: [{name: a, hardwareTargetRef: {name: x}}, {name: a, hardwareTargetRef: {name:"
                + " y}}]",
            "spec.targets[1]: Duplicate value"),
        deployment(
            "targets are DNS labels",
            "targets: [{name: Edge, hardwareTargetRef: {name: x}}]",
            "spec.targets[0].name"),
        deployment(
            "replicas are not negative",
            "targets: [{name: a, hardwareTargetRef: {name: x}, replicas: -1}]",
            "greater than or equal to 0"),
        deployment(
            "resources are quantities",
            "serving: {resources: {requests: {memory: lots}}}",
            "requests and limits must be quantities: for example cpu: 500m"),
        deployment(
            "a request is within its limit",
            "serving: {resources: {requests: {cpu: 2}, limits: {cpu: 500m}}}",
            "a request is above its limit: lower the request or raise the limit"),
        deployment(
            "autoscaling has an upper end",
            "serving: {autoscaling: {minReplicas: 2}}",
            "spec.serving.autoscaling.maxReplicas: Required value"),
        deployment(
            "autoscaling's ends are in order",
            "serving: {autoscaling: {minReplicas: 4, maxReplicas: 3}}",
            "minReplicas must not be above maxReplicas: lower it or raise maxReplicas"),
        deployment(
            "an autoscaler aims at a share of the CPU",
            "serving: {autoscaling: {maxReplicas: 3, targetCPUUtilizationPercentage: 0}}",
            "greater than or equal to 1"),
        deployment(
            "something may be unavailable",
            "rollout: {maxUnavailable: 0}",
            "maxUnavailable must be a number of pods from 1 to 10000 or a share"),
        deployment("a share is a share", "rollout: {maxUnavailable: 101%}", "for example 1 or 25%"),
        deployment(
            "a deadline leaves time",
            "rollout: {progressDeadlineSeconds: 1}",
            "greater than or equal to 10"),
        deployment(
            "some unit is under way",
            "rollout: {maxConcurrency: 0%}",
            "maxConcurrency must be a number of units from 1 to 10000 or a share"),
        deployment(
            "failures are counted",
            "rollout: {maxFailures: -1}",
            "maxFailures must be a number of units from 0 to 10000 or a share"),
        route("a route has a Gateway", "gateways: []", "should have at least 1 items"),
        route("a Gateway has a name", "gateways: [{namespace: a}]", "gateways[0].name"),
        route(
            "host names are such",
            "gateways: [{name: g}], hostnames: ['https://h']",
            "hostnames[0]"),
        query(
            "a query has bounds",
            "{name: q, query: up}",
            "a query without bounds judges nothing: give min, max or both"),
        query(
            "bounds are in order",
            "{name: q, query: up, min: '2', max: '1e0'}",
            "min must not be above max: lower it or raise max"),
        query("bounds are numbers", "{name: q, query: up, min: 5%}", "queries[0].min"),
        query("a query asks something", "{name: q, query: '', min: '1'}", "queries[0].query"),
        query(
            "a query holds only what is filled in",
            "{name: q, query: 'up{pod=\"{{pod}}\",t=\"{{target}}\"}', min: '1'}",
            "a query may hold {{namespace}}, {{deployment}}, {{target}}"),
        query(
            "queries have names of their own",
            "{name: q, query: up, min: '1'}, {name: q, query: up, max: '1'}",
            "queries[1]: Duplicate value"),
        deployment(
            "something is asked",
            "rollout: {analysis: {prometheus: {address: 'http://p:9090', queries: []}}}",
            "should have at least 1 items"),
        deployment(
            "an address is one",
            "rollout: {analysis: {prometheus: {address: 'p:9090', queries: [{name: q, query: up, min: '1'}]}}}",
            "prometheus.address"),
        deployment(
            "an address holds no credentials",
            "rollout: {analysis: {prometheus: {address: 'http://u:p@p', queries: [{name: q, query: up, min: '1'}]}}}",
            "prometheus.address"),
        deployment(
            "units are ready within a day",
            "rollout: {minReadySeconds: 86401}",
            "less than or equal to 86400"),
        wave("a wave takes something", "{name: a}", "exactly one of percent and selector"),
        wave(
            "a wave takes one thing",
            "{name: a, percent: 5%, selector: {nodes: {site: lab}}}",
            "remove one or add the other"),
        wave("a share of all units", "{name: a, percent: 0%}", "percent"),
        wave("no more than all units", "{name: a, percent: 101%}", "percent"),
        wave("rest is taken", "{name: rest, percent: 5%}", "choose another name"),
        wave("waves are DNS labels", "{name: A, percent: 5%}", "waves[0].name"),
        wave(
            "a selector selects",
            "{name: a, selector: {}}",
            "needs labels of nodes, of clusters or both"),
        wave("soaking takes time", "{name: a, percent: 5%, soak: '1'}", "waves[0].soak"),
        wave(
            "a wave's concurrency",
            "{name: a, percent: 5%, maxConcurrency: 0}",
            "maxConcurrency must be a number of units"),
        wave(
            "a wave's failures",
            "{name: a, percent: 5%, maxFailures: 5}, {name: a, percent: 6%}",
            "waves[1]: Duplicate value"),
        deployment("history is bounded", "revisionHistoryLimit: 21", "less than or equal to 20"),
        deployment("fields are known", "modle: {}", "unknown field \"spec.modle\""));
  }

  private static Stream<Refused> policies() {
    return Stream.of(
        policy("a recipe", "recipes: []", "should have at least 1 items"),
        policy(
            "unique recipes",
            "recipes: [{name: a, steps: [{simplify: {}}]}, {name: a, steps: [{simplify: {}}]}]",
            "spec.recipes[1]: Duplicate value"),
        policy(
            "original is taken",
            "recipes: [{name: original, steps: [{simplify: {}}]}]",
            "the recipe name original is taken by the unchanged model"),
        policy("a step", "recipes: [{name: a, steps: []}]", "should have at least 1 items"),
        step(
            "a step is something",
            "{}",
            "a step is exactly one of simplify, prune, factorize, quantize and convert"),
        step(
            "a step is one thing",
            "{simplify: {}, quantize: {scheme: Dynamic}}",
            "give each its own entry in steps"),
        step(
            "static quantization is calibrated",
            "{quantize: {scheme: Static}}",
            "add calibration.dataset, or use scheme Dynamic or WeightOnly"),
        step(
            "activations are static",
            "{quantize: {scheme: Dynamic, activations: Int8}}",
            "quantize.activations and quantize.calibration apply to scheme Static only"),
        step(
            "calibration is static",
            "{quantize: {scheme: WeightOnly, calibration: MinMax}}",
            "remove them or set scheme: Static"),
        step("a known scheme", "{quantize: {scheme: Int4}}", "supported values: \"Dynamic\""),
        step(
            "a known calibration",
            "{quantize: {scheme: Static, calibration: Max}}",
            "supported values: \"Entropy\""),
        step(
            "biases are corrected with fixed scales",
            "{quantize: {scheme: Dynamic, biasCorrection: true}}",
            "quantize.equalization and quantize.biasCorrection apply to scheme Static only"),
        step(
            "16 bits keep the range",
            "{quantize: {scheme: Static, activations: UInt16, calibration: Entropy}}",
            "UInt16 set MinMax, MovingAverage or Percentile"),
        step(
            "blocks are of weights only",
            "{quantize: {scheme: Dynamic, granularity: PerBlock}}",
            "quantize.granularity PerBlock is for scheme WeightOnly only"),
        step(
            "four bits need blocks",
            "{quantize: {scheme: WeightOnly, weights: {bits: 4}}}",
            "set scheme: WeightOnly and granularity: PerBlock, or remove them"),
        step(
            "a size of blocks",
            "{quantize: {scheme: WeightOnly, granularity: PerBlock, weights: {blockSize: 48}}}",
            "blockSize must be 16, 32, 64, 128 or 256"),
        step(
            "a number of bits",
            "{quantize: {scheme: WeightOnly, granularity: PerBlock, weights: {bits: 3}}}",
            "weights.bits must be 4 or 8"),
        step(
            "a number of bits of an index",
            "{quantize: {scheme: NonUniform, weights: {bits: 1}}}",
            "bits must be 4 or 8, with scheme NonUniform 2 to 8"),
        step(
            "codebooks have no blocks",
            "{quantize: {scheme: NonUniform, weights: {blockSize: 32}}}",
            "which scheme NonUniform has not"),
        step(
            "bits are chosen for a size",
            "{quantize: {scheme: NonUniform, mixedPrecision: {maxAccuracyDrop: 1%}}}",
            "quantize.mixedPrecision takes maxModelSize and nothing else"),
        step(
            "codebooks leave activations alone",
            "{quantize: {scheme: NonUniform, smoothing: true}}",
            "quantize.smoothing applies to schemes Dynamic and Static only"),
        step(
            "products are FP32 or INT8",
            "{quantize: {scheme: WeightOnly, granularity: PerBlock, weights: {computation: FP16}}}",
            "computation must be FP32 or INT8"),
        step(
            "GPTQ is calibrated",
            "{quantize: {scheme: WeightOnly, granularity: PerBlock, weights: {rounding: GPTQ}}}",
            "a recipe rounds weights by GPTQ, which needs calibration data"),
        step(
            "weights alone have no range",
            "{quantize: {scheme: WeightOnly, weightRange: Reduced}}",
            "quantize.weightRange is for schemes Dynamic and Static only"),
        step(
            "signed activations have signed weights",
            "{quantize: {scheme: Static, activations: Int8, weightRange: Unsigned}}",
            "Unsigned not for activations Int8"),
        step(
            "operators are names",
            "{quantize: {scheme: Dynamic, operators: ['a b']}}",
            "operators[0]"),
        step(
            "pruning has a target",
            "{prune: {method: Channel}}",
            "exactly one of prune.ratio and prune.flopsReduction is needed"),
        step(
            "pruning has one target",
            "{prune: {method: Channel, ratio: 50%, flopsReduction: 50%}}",
            "for example ratio: 50%"),
        step("something is left", "{prune: {method: Channel, ratio: 100%}}", "prune.ratio"),
        step("something is removed", "{prune: {method: Channel, ratio: 0%}}", "prune.ratio"),
        step(
            "a known method",
            "{prune: {method: Random, ratio: 50%}}",
            "supported values: \"Channel\""),
        step(
            "blocks have no alignment",
            "{prune: {method: Layer, ratio: 50%, alignment: 8}}",
            "prune.alignment and prune.importance apply to method Channel only"),
        step(
            "channels are aligned to something",
            "{prune: {method: Channel, ratio: 50%, alignment: 0}}",
            "greater than or equal to 1"),
        step(
            "repair is calibrated",
            "{prune: {method: Channel, ratio: 50%}}",
            "add calibration.dataset, or set method: Channel, importance: L2 and repair: false"),
        step(
            "blocks are measured",
            "{prune: {method: Layer, ratio: 50%, repair: false}}",
            "add calibration.dataset, or set method: Channel"),
        step(
            "zeros are a share or a pattern",
            "{prune: {method: Magnitude, ratio: 50%, pattern: '2:4'}}",
            "with prune.method Magnitude exactly one of prune.ratio and prune.pattern is needed"),
        step(
            "zeros save no operations",
            "{prune: {method: Magnitude, flopsReduction: 50%}}",
            "zeros save no operations"),
        step(
            "a pattern is of single weights",
            "{prune: {method: Channel, ratio: 50%, pattern: '2:4'}}",
            "prune.pattern applies to method Magnitude only"),
        step(
            "a known pattern",
            "{prune: {method: Magnitude, pattern: '3:4'}}",
            "pattern must be 1:2, 1:4, 2:4 or 4:8"),
        step(
            "factors have a target",
            "{factorize: {}}",
            "exactly one of factorize.ratio and factorize.flopsReduction is needed"),
        step("factors are smaller", "{factorize: {ratio: 0%}}", "factorize.ratio"),
        step(
            "ranks are a multiple of something",
            "{factorize: {ratio: 20%, alignment: 1025}}",
            "less than or equal to 1024"),
        step(
            "factors are calibrated",
            "{factorize: {ratio: 20%}}",
            "a recipe factorizes, which needs calibration data"),
        step(
            "mixing aims at something",
            "{quantize: {scheme: WeightOnly, mixedPrecision: {}}}",
            "mixedPrecision needs a limit to work towards"),
        step(
            "mixing has room",
            "{quantize: {scheme: WeightOnly, mixedPrecision: {maxModelSize: 0}}}",
            "maxModelSize must be a quantity of bytes above zero"),
        step(
            "mixing loses a share",
            "{quantize: {scheme: WeightOnly, mixedPrecision: {maxAccuracyDrop: '1'}}}",
            "mixedPrecision.maxAccuracyDrop"),
        step(
            "mixing takes a share of time",
            "{quantize: {scheme: WeightOnly, mixedPrecision: {maxRelativeLatency: 20ms}}}",
            "mixedPrecision.maxRelativeLatency"),
        step(
            "mixing knows its formats",
            "{quantize: {scheme: WeightOnly, mixedPrecision: {maxModelSize: 1M, formats: [INT2]}}}",
            "supported values: \"BF16Weights\""),
        step(
            "mixing measures layers",
            "{quantize: {scheme: WeightOnly, mixedPrecision: {maxModelSize: 1M}}}",
            "a recipe mixes precisions, which needs calibration data"),
        step(
            "conversions end in 16 bits",
            "{convert: {precision: INT8}}",
            "supported values: \"BF16\", \"FP16\""),
        step(
            "BF16 is for storage",
            "{convert: {precision: BF16, keepInputsAndOutputs: false}}",
            "with precision BF16 only stored weights change"),
        policy(
            "a drop is measured",
            "evaluation: null",
            "constraints.maxAccuracyDrop can't be judged without an evaluation"),
        policy(
            "an objective compares",
            "search: {objective: Size}",
            "search.objective applies to strategy Pareto only"),
        policy("a bounded search", "search: {maxTrials: 17}", "less than or equal to 16"),
        policy(
            "shares are of pruning",
            "search: {ratios: [30%]}",
            "search.ratios applies to recipes with a step prune or factorize"),
        policy("something is left of it", "search: {ratios: [100%]}", "spec.search.ratios[0]"),
        policy(
            "accuracy is measured",
            "search: {strategy: Pareto, objective: Accuracy}\nevaluation: null\nconstraints: null",
            "search.objective Accuracy can't be judged without an evaluation"),
        metric("k for top k", "{type: TopKAccuracy}", "k is required with type TopKAccuracy"),
        metric("k for top k only", "{k: 5}", "add k (1 for plain accuracy) or remove it"),
        metric(
            "pooling for cosines",
            "{type: MeanSquaredError, pooling: None}",
            "pooling applies to type CosineSimilarity only"),
        metric("a mask for means", "{pooling: Mean}", "maskInput is required with pooling Mean"),
        metric(
            "a mask for means only",
            "{maskInput: attention_mask}",
            "maskInput is required with pooling Mean and applies to no other"),
        policy("a level is a level", "evaluation: {confidence: 20%}", "spec.evaluation.confidence"),
        policy(
            "a level leaves doubt", "evaluation: {confidence: 100%}", "spec.evaluation.confidence"),
        policy(
            "data sets are pinned",
            "evaluation: {dataset: {uri: 'https://d.example.com/e.npz'}}",
            "digest is required with https:// and pvc:// URIs"),
        policy(
            "a share",
            "constraints: {maxAccuracyDrop: '0.01'}",
            "spec.constraints.maxAccuracyDrop"),
        policy("a share of all", "constraints: {maxAccuracyDrop: 101%}", "maxAccuracyDrop"),
        policy(
            "a positive size",
            "constraints: {maxModelSize: 0}",
            "maxModelSize must be a quantity of bytes above zero"),
        policy("a size", "constraints: {maxModelSize: 25MB}", "for example 25M or 24Mi"),
        policy("a memory", "constraints: {maxMemory: lots}", "for example 256Mi"),
        policy("a duration", "constraints: {maxLatency: '500'}", "spec.constraints.maxLatency"),
        policy(
            "a positive duration",
            "constraints: {maxLatency: 0ms}",
            "maxLatency must be above zero: for example 500ms"),
        policy(
            "a known fallback", "fallback: Ignore", "supported values: \"Original\", \"Reject\""));
  }

  private static Stream<Refused> others() {
    return Stream.of(
        target(
            "CUDA runs on GPUs",
            "engine: {executionProvider: CUDA}",
            "engine.executionProvider CUDA needs a GPU"),
        target(
            "OpenVINO runs on processors",
            "{device: {class: GPU}, engine: {executionProvider: OpenVINO}}",
            "engine.executionProvider OpenVINO computes on processors"),
        target("a precision", "device: {precisions: []}", "should have at least 1 items"),
        target("unique precisions", "device: {precisions: [FP32, FP32]}", "Duplicate value"),
        target(
            "a known architecture", "device: {architecture: x86}", "supported values: \"amd64\""),
        target(
            "an architecture's features",
            "device: {architecture: arm64, cpuFeatures: [ASIMDDP, AVX2]}",
            "device.cpuFeatures lists AVX or SSE"),
        target("a feature's name", "device: {cpuFeatures: [avx2]}", "spec.device.cpuFeatures[0]"),
        target("a resource's name", "device: {resourceName: gpu}", "spec.device.resourceName"),
        target("a mode", "placement: {mode: null}", "spec.placement.mode: Required value"),
        target("a label's value", "placement: {nodeSelector: {a: 'b c'}}", "nodeSelector.a"),
        target(
            "a toleration names a taint",
            "placement: {tolerations: [{operator: Equal, value: x}]}",
            "name the taint's key, or set operator: Exists"),
        target(
            "a value is compared",
            "placement: {tolerations: [{key: a, operator: Exists, value: x}]}",
            "remove value or set operator: Equal"),
        target(
            "seconds until eviction",
            "placement: {tolerations: [{key: a, tolerationSeconds: 5}]}",
            "tolerationSeconds applies to effect NoExecute only"),
        target(
            "a budget has room",
            "budget: {modelSize: '-1'}",
            "modelSize must be a quantity of bytes above zero"),
        target("a budget has memory", "budget: {memory: 0}", "memory must be a quantity of bytes"),
        target("a budget has time", "budget: {latencyP99: 0s}", "latencyP99 must be above zero"),
        new Refused(
            "a kubeconfig is named",
            "EdgeCluster",
            "spec: {kubeconfigSecretRef: {name: null}}",
            "spec.kubeconfigSecretRef.name: Required value"),
        new Refused(
            "a pushed cluster has a kubeconfig",
            "EdgeCluster",
            "spec: {kubeconfigSecretRef: null}",
            "mode Push needs kubeconfigSecretRef"),
        new Refused(
            "a pulling cluster has none",
            "EdgeCluster",
            "spec: {mode: Pull}",
            "add or remove kubeconfigSecretRef"),
        new Refused(
            "a known mode",
            "EdgeCluster",
            "spec: {mode: Poll}",
            "supported values: \"Pull\", \"Push\""),
        new Refused(
            "a namespace is a DNS label",
            "EdgeCluster",
            "spec: {namespace: a.b}",
            "spec.namespace"),
        new Refused(
            "a window has a length",
            "EdgeCluster",
            "spec: {maintenanceWindows: [{from: '10:00', to: '10:00'}]}",
            "from and to must differ"),
        new Refused(
            "a window begins at a time of day",
            "EdgeCluster",
            "spec: {maintenanceWindows: [{from: '24:00', to: '10:00'}]}",
            "spec.maintenanceWindows[0].from"),
        new Refused(
            "a window ends",
            "EdgeCluster",
            "spec: {maintenanceWindows: [{from: '22:00'}]}",
            "spec.maintenanceWindows[0].to: Required value"),
        new Refused(
            "a window is on days of the week",
            "EdgeCluster",
            "spec: {maintenanceWindows: [{days: [Sat], from: '22:00', to: '04:30'}]}",
            "supported values: \"Friday\""),
        target(
            "clusters are selected", "placement: {clusterSelector: {}}", "at least 1 properties"),
        target(
            "a cluster label's value",
            "placement: {clusterSelector: {a: 'b c'}}",
            "clusterSelector.a"),
        new Refused(
            "a revision is named",
            "EdgeDeployment",
            "spec: {update: {revision: ''}}",
            "spec.update.revision"),
        new Refused(
            "a deadline in a cluster leaves time",
            "EdgeDeployment",
            "spec: {update: {progressDeadlineSeconds: 1}}",
            "greater than or equal to 10"),
        new Refused("a spec", "EdgeCluster", "spec: null", "spec: Required value"),
        new Refused(
            "a key is a key", "ModelVariant", "spec: {key: minilm-on-k3s-edge}", "spec.key"));
  }

  @TestFactory
  Stream<DynamicTest> refused() {
    return Stream.of(deployments(), policies(), others())
        .flatMap(cases -> cases)
        .map(
            refused ->
                DynamicTest.dynamicTest(
                    refused.kind() + ": " + refused.rule(),
                    () ->
                        assertThatExceptionOfType(KubernetesClientException.class)
                            .isThrownBy(
                                () ->
                                    server.dryRun(
                                        Manifest.changed(refused.kind(), refused.patch())))
                            .withMessageContaining(refused.message())));
  }

  @TestFactory
  Stream<DynamicTest> accepted() {
    return Stream.of(
            "ModelDeployment",
            "CompressionPolicy",
            "HardwareTarget",
            "ModelVariant",
            "EdgeCluster",
            "EdgeDeployment")
        .map(
            kind ->
                DynamicTest.dynamicTest(
                    kind,
                    () ->
                        assertThat(server.dryRun(Manifest.valid(kind)).getKind()).isEqualTo(kind)));
  }

  @Test
  void aClusterThatPullsNeedsNoKubeconfig() {
    assertThat(
            server
                .dryRun(
                    Manifest.changed(
                        "EdgeCluster", "spec: {mode: Pull, kubeconfigSecretRef: null}"))
                .getKind())
        .isEqualTo("EdgeCluster");
  }

  @Test
  void aVariantsSpecIsImmutable() {
    KubernetesClient client = server.client();
    GenericKubernetesResource variant =
        client.resource(Manifest.valid("ModelVariant")).inNamespace("default").create();
    try {
      assertThatExceptionOfType(KubernetesClientException.class)
          .isThrownBy(
              () ->
                  client
                      .resource(Manifest.changed("ModelVariant", "spec: {fallback: Original}"))
                      .inNamespace("default")
                      .patch())
          .withMessageContaining("a ModelVariant's spec can't be changed");
    } finally {
      client.resource(variant).delete();
    }
  }
}
