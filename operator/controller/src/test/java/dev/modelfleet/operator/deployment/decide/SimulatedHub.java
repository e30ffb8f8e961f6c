package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.ModelVariantStatusBuilder;
import dev.modelfleet.api.v1alpha1.VariantArtifact;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.operator.member.decide.MembersFacts;
import dev.modelfleet.operator.placement.decide.NodeFacts;
import dev.modelfleet.operator.rollout.decide.Sight;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A cluster with one ModelDeployment on PerNode targets: DaemonSets and nodes that do what is
 * decided, as far as faults let them, and a status that says what the product says of it.
 */
final class SimulatedHub {

  private static final String DIGEST = "sha256:" + "a".repeat(64);

  /** How well models work on nodes. */
  interface Quality {
    boolean fails(String model, String node);
  }

  /** A pod of a DaemonSet. */
  record Pod(String variant, Instant readyAt, boolean fails) {
    boolean ready(Instant now) {
      return !fails && !now.isBefore(readyAt);
    }

    boolean failed(Instant now) {
      return fails && !now.isBefore(readyAt);
    }
  }

  /** A node with its pods, by the DaemonSets that made them. */
  static final class Node {
    final String name;
    final String target;
    final Map<String, Pod> pods = new TreeMap<>();
    boolean ready = true;

    Node(String name, String target) {
      this.name = name;
      this.target = target;
    }

    NodeFacts observed() {
      Map<String, String> labels = Map.of("test", target, "kubernetes.io/arch", "amd64");
      return new NodeFacts(name, labels, ready, List.of(), Map.of(), "v1.36.3");
    }
  }

  /** A DaemonSet; its controller has seen it at the next tick. */
  private record Host(HostPlan plan, boolean seen) {}

  final ModelDeployment deployment;
  final List<Node> nodes = new ArrayList<>();
  final Map<String, String> models = new HashMap<>();
  final Random random;
  Quality quality = (model, node) -> false;
  VariantPhase builds = VariantPhase.READY;
  Instant now = Instant.parse("2026-01-31T12:00:00Z");
  String model = "m0";
  DeploymentFacts facts;
  DeploymentDecision decision;
  ModelDeploymentStatus before;
  private final Map<String, HardwareTarget> targets = new HashMap<>();
  private final Map<String, ModelVariant> variants = new HashMap<>();
  private final Map<String, Host> hosts = new TreeMap<>();
  private final List<Revision> revisions = new ArrayList<>();

  /**
   * A hub.
   *
   * @param devices of each target, whether a pod has its device to itself
   */
  SimulatedHub(Random random, List<Boolean> devices) {
    this.random = random;
    String[] all = new String[devices.size()];
    for (int t = 0; t < devices.size(); t++) {
      String name = "t" + t;
      HardwareTarget target = devices.get(t) ? gpu(name) : Samples.target(name, "PerNode", name);
      target.getMetadata().setGeneration(1L);
      targets.put(name, target);
      all[t] = name + "=" + name;
    }
    deployment = Samples.deployment("n", "m", "https://h/m0.onnx", null, all);
    deployment.getMetadata().setGeneration(1L);
    deployment.getMetadata().setUid("u");
    Samples.edit(deployment, model);
  }

  private static HardwareTarget gpu(String name) {
    return Serialization.unmarshal(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: HardwareTarget
        metadata: {name: %s}
        spec:
          device: {class: GPU, architecture: amd64, resourceName: nvidia.com/gpu, precisions: [FP32]}
          engine: {name: ONNXRuntime}
          placement: {mode: PerNode, nodeSelector: {test: %s}}
        """
            .formatted(name, name),
        HardwareTarget.class);
  }

  ModelDeploymentStatus status() {
    return deployment.getStatus();
  }

  void edit(String other) {
    model = other;
    Samples.edit(deployment, other);
  }

  /** Observes, decides, applies and reports. */
  void operate() {
    facts = facts();
    before = facts.status();
    decision = DeploymentDecisions.decide(facts, now);
    apply();
    deployment.setStatus(DeploymentReport.of(facts, decision, now));
  }

  /** Time passes for DaemonSets and nodes. */
  void pass(int seconds) {
    now = now.plusSeconds(seconds);
    hosts.replaceAll((name, host) -> new Host(host.plan(), true));
    nodes.stream().filter(node -> node.ready).forEach(this::act);
  }

  /** Variants that are not proven yet are from now on. */
  void prove() {
    builds = VariantPhase.READY;
    variants.values().forEach(variant -> settle(variant, builds));
  }

  void ready(Node node, boolean ready) {
    if (ready && !node.ready) {
      node.pods.replaceAll((set, p) -> new Pod(p.variant(), later(p.readyAt(), now), p.fails()));
    }
    node.ready = ready;
  }

  /** Whether the DaemonSets of a revision have a node. */
  boolean told(Node node, String revision) {
    return hosts.values().stream()
        .map(Host::plan)
        .filter(plan -> plan.plan().name().equals(node.target))
        .anyMatch(plan -> plan.revision().equals(revision) && plan.nodes().has(node.name));
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private void act(Node node) {
    List<HostPlan> having =
        hosts.values().stream()
            .map(Host::plan)
            .filter(plan -> plan.plan().name().equals(node.target) && plan.nodes().has(node.name))
            .toList();
    node.pods.keySet().retainAll(having.stream().map(HostPlan::name).toList());
    boolean alone = targets.get(node.target).getSpec().device().resourceName() != null;
    for (HostPlan host : having) {
      Pod pod = node.pods.get(host.name());
      boolean fits = !alone || node.pods.keySet().stream().allMatch(host.name()::equals);
      String variant = host.plan().variant();
      if (fits && (pod == null || !pod.variant().equals(variant))) {
        boolean fails = quality.fails(models.get(variant), node.name);
        node.pods.put(host.name(), new Pod(variant, now.plusSeconds(random.nextInt(30)), fails));
      }
    }
  }

  private DeploymentFacts facts() {
    Map<String, List<WorkloadFacts>> served = new HashMap<>();
    hosts
        .values()
        .forEach(
            host ->
                served
                    .computeIfAbsent(host.plan().plan().name(), t -> new ArrayList<>())
                    .add(workload(host)));
    return new DeploymentFacts(
        deployment,
        null,
        targets,
        Map.of(),
        Map.copyOf(variants),
        List.copyOf(revisions),
        served,
        List.of(),
        nodes.stream().map(Node::observed).toList(),
        nodes.stream().flatMap(node -> pods(node).stream()).toList(),
        MembersFacts.NONE,
        Map.of(),
        RouteFacts.NONE);
  }

  /** The pods of a node; those of a node that is not ready are not ready either. */
  private List<ServingPod> pods(Node node) {
    List<ServingPod> pods = new ArrayList<>();
    node.pods.forEach(
        (set, pod) -> {
          if (hosts.containsKey(set)) {
            boolean ready = node.ready && pod.ready(now);
            Sight.Failed failure =
                pod.failed(now) ? new Sight.Failed("GoldenMismatch", "output 0 differs") : null;
            pods.add(
                new ServingPod(
                    node.target,
                    node.name,
                    set,
                    pod.variant(),
                    ready ? pod.readyAt() : null,
                    failure));
          }
        });
    return pods;
  }

  private WorkloadFacts workload(Host host) {
    HostPlan plan = host.plan();
    int desired = 0;
    int updated = 0;
    int ready = 0;
    for (Node node : nodes) {
      if (node.target.equals(plan.plan().name()) && plan.nodes().has(node.name)) {
        Pod pod = node.pods.get(plan.name());
        boolean own = pod != null && pod.variant().equals(plan.plan().variant());
        desired++;
        updated += own ? 1 : 0;
        ready += pod != null && node.ready && pod.ready(now) ? 1 : 0;
      }
    }
    return new WorkloadFacts(
        plan.plan().name(),
        plan.revision(),
        plan.plan().variant(),
        host.seen(),
        null,
        desired,
        updated,
        ready,
        ready,
        object(plan));
  }

  private static DaemonSet object(HostPlan plan) {
    return new DaemonSetBuilder()
        .withNewMetadata()
        .withName(plan.name())
        .endMetadata()
        .withNewSpec()
        .withNewTemplate()
        .withNewSpec()
        .withAffinity(plan.nodes().affinity())
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private void apply() {
    if (decision.update() != null) {
      revisions.removeIf(r -> r.hash().equals(decision.update().hash()));
      revisions.add(decision.update());
    }
    revisions.removeIf(r -> !decision.keptRevisions().contains(r.hash()));
    decision
        .variants()
        .forEach(
            (name, spec) -> {
              models.put(name, model);
              variants.computeIfAbsent(name, this::built);
            });
    variants.keySet().retainAll(decision.keptVariants());
    for (TargetServing serving : decision.servings()) {
      String target = serving.target().name();
      if (!serving.hosts().isEmpty()) {
        Map<String, Host> old = new HashMap<>(hosts);
        hosts.values().removeIf(host -> host.plan().plan().name().equals(target));
        serving.hosts().forEach(plan -> put(plan, old.get(plan.name())));
      } else if (serving.plan() != null) {
        String name = ServingObjects.name("m", target);
        put(
            new HostPlan(name, serving.revision(), serving.plan(), null, NodeChoice.ALL, false),
            hosts.get(name));
      }
    }
  }

  private void put(HostPlan plan, Host old) {
    hosts.put(plan.name(), old != null && old.plan().equals(plan) ? old : new Host(plan, false));
  }

  private ModelVariant built(String name) {
    ModelVariant variant = new ModelVariant();
    variant.getMetadata().setName(name);
    settle(variant, builds);
    return variant;
  }

  private void settle(ModelVariant variant, VariantPhase phase) {
    boolean ready = phase == VariantPhase.READY;
    Condition condition =
        new Condition(
            "Ready",
            ready ? Condition.Status.TRUE : Condition.Status.FALSE,
            1L,
            now.toString(),
            ready ? "Ready" : "Probing",
            "as the test says");
    variant.setStatus(
        ModelVariantStatusBuilder.builder()
            .phase(phase)
            .recipe("original")
            .artifact(new VariantArtifact("registry/v@" + DIGEST, DIGEST, 1_000_000))
            .conditions(List.of(condition))
            .build());
  }
}
