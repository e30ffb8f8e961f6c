package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.Placement;
import dev.modelfleet.api.v1alpha1.VariantArtifact;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.name.ResourceName;
import dev.modelfleet.operator.name.Sha256;
import dev.modelfleet.operator.pod.RuntimePod;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDaemonSetBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The objects that serve a target: a Deployment or a DaemonSet, and a Service. */
public final class ServingObjects {

  /** Annotation: hash of the pods of a DaemonSet, whatever its nodes. */
  static final String CONTENT = "modelfleet.dev/content";

  private static final int MAX_NAME = 52;

  private final ServingTemplate pods;

  /**
   * Objects of a cluster.
   *
   * @param pushSecret Secret with which variants are published, and so fetched; null for none
   */
  public ServingObjects(RuntimePod pods, String pushSecret) {
    this.pods = new ServingTemplate(pods, pushSecret);
  }

  /**
   * Name of a target's objects: {@code <deployment>-<target>}, made a valid Service name where it
   * is not one.
   */
  public static String name(String deployment, String target) {
    String whole = deployment + "-" + target;
    return whole.length() <= MAX_NAME && whole.matches("[a-z]([-a-z0-9]*[a-z0-9])?")
        ? whole
        : ResourceName.label(whole, MAX_NAME - 9, "model")
            + "-"
            + Sha256.hex(whole).substring(0, 8);
  }

  /** The Deployment or DaemonSet of a target that one object serves. */
  public HasMetadata workload(
      ModelDeployment owner, TargetServing serving, VariantArtifact artifact, boolean paused) {
    TargetPlan plan = serving.plan();
    boolean perNode = plan.mode() == Placement.Mode.PER_NODE;
    HostPlan host =
        new HostPlan(
            name(owner.getMetadata().getName(), plan.name()),
            serving.revision(),
            plan,
            perNode ? null : serving.replicas(),
            NodeChoice.ALL,
            false);
    return perNode
        ? daemonSet(owner, host, artifact, paused)
        : deployment(owner, host, artifact, paused);
  }

  /**
   * One of the objects that serve a target.
   *
   * @param actual the object as it is; null where it is not there
   */
  public HasMetadata host(
      ModelDeployment owner, HostPlan host, VariantArtifact artifact, HasMetadata actual) {
    return host.replicas() != null
        ? deployment(owner, host, artifact, false)
        : daemonSet(owner, host, artifact, !rolls(owner, host, artifact, actual));
  }

  /**
   * Whether the DaemonSet controller is to replace pods by itself. When only the choice of nodes
   * changes, it must not: each of its pods is as it should be, and a node that is no longer chosen
   * loses its pod anyway.
   */
  private boolean rolls(
      ModelDeployment owner, HostPlan host, VariantArtifact artifact, HasMetadata actual) {
    if (!(actual instanceof DaemonSet set)) {
      return host.nodes().equals(NodeChoice.ALL);
    }
    String content = content(pods.template(owner, host.plan(), artifact, Map.of()));
    Map<String, String> annotations =
        Optional.ofNullable(set.getMetadata().getAnnotations()).orElseGet(Map::of);
    if (!content.equals(annotations.get(CONTENT))) {
      return true;
    }
    return host.nodes().equals(NodeChoice.of(set))
        && "RollingUpdate".equals(set.getSpec().getUpdateStrategy().getType());
  }

  private static String content(PodTemplateSpec template) {
    return Sha256.hex(ContractJson.write(template)).substring(0, 16);
  }

  private DaemonSet daemonSet(
      ModelDeployment owner, HostPlan host, VariantArtifact artifact, boolean onDelete) {
    TargetPlan plan = host.plan();
    PodTemplateSpec template = pods.template(owner, plan, artifact, Map.of());
    ObjectMeta meta = metadata(owner, host);
    meta.setAnnotations(new HashMap<>(Map.of(CONTENT, content(template))));
    template.getSpec().setAffinity(host.nodes().affinity());
    boolean surge = plan.resourceName() == null;
    return new DaemonSetBuilder()
        .withMetadata(meta)
        .withNewSpec()
        .withRevisionHistoryLimit(2)
        .withNewSelector()
        .withMatchLabels(selector(owner, plan.name()))
        .endSelector()
        .withTemplate(template)
        .withNewUpdateStrategy()
        .withType(onDelete ? "OnDelete" : "RollingUpdate")
        .withRollingUpdate(
            onDelete
                ? null
                : new RollingUpdateDaemonSetBuilder()
                    .withMaxUnavailable(surge ? new IntOrString(0) : MaxUnavailable.value(owner))
                    .withMaxSurge(surge ? MaxUnavailable.value(owner) : new IntOrString(0))
                    .build())
        .endUpdateStrategy()
        .endSpec()
        .build();
  }

  private Deployment deployment(
      ModelDeployment owner, HostPlan host, VariantArtifact artifact, boolean paused) {
    TargetPlan plan = host.plan();
    boolean device = plan.resourceName() != null;
    Map<String, String> track = host.canary() ? Map.of(Labels.TRACK, "canary") : Map.of();
    Map<String, String> selector = new TreeMap<>(selector(owner, plan.name()));
    selector.putAll(track);
    ObjectMeta meta = metadata(owner, host);
    boolean autoscaled = !host.canary() && Scaling.of(owner, plan).isPresent();
    if (autoscaled) {
      meta.setAnnotations(new HashMap<>(Map.of(Autoscalers.AUTOSCALED, "true")));
    }
    return new DeploymentBuilder()
        .withMetadata(meta)
        .withNewSpec()
        .withReplicas(autoscaled ? null : host.replicas())
        .withPaused(paused ? true : null)
        .withRevisionHistoryLimit(2)
        .withNewSelector()
        .withMatchLabels(selector)
        .endSelector()
        .withTemplate(pods.template(owner, plan, artifact, track))
        .withNewStrategy()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        .withMaxUnavailable(device ? MaxUnavailable.value(owner) : new IntOrString(0))
        .withMaxSurge(device ? new IntOrString(0) : new IntOrString("25%"))
        .endRollingUpdate()
        .endStrategy()
        .endSpec()
        .build();
  }

  private static ObjectMeta metadata(ModelDeployment owner, HostPlan host) {
    ObjectMeta meta = metadata(owner, host.plan().name());
    meta.setName(host.name());
    meta.getLabels().put(Labels.REVISION, host.revision());
    meta.getLabels().put(Labels.VARIANT, host.plan().variant());
    return meta;
  }

  /** The Service; with one pod on each node, each node's clients reach their own. */
  public Service service(ModelDeployment owner, TargetPlan plan) {
    return new ServiceBuilder()
        .withMetadata(metadata(owner, plan.name()))
        .withNewSpec()
        .withSelector(selector(owner, plan.name()))
        .withInternalTrafficPolicy(plan.mode() == Placement.Mode.PER_NODE ? "Local" : "Cluster")
        .withPorts(
            new ServicePortBuilder()
                .withName("http")
                .withProtocol("TCP")
                .withPort(ServingTemplate.HTTP_PORT)
                .withTargetPort(new IntOrString("http"))
                .build(),
            new ServicePortBuilder()
                .withName("metrics")
                .withProtocol("TCP")
                .withPort(ServingTemplate.METRICS_PORT)
                .withTargetPort(new IntOrString("metrics"))
                .build())
        .endSpec()
        .build();
  }

  /** How many pods of a Replicas target may go at once when nodes are drained. */
  public PodDisruptionBudget disruptionBudget(ModelDeployment owner, TargetPlan plan) {
    return new PodDisruptionBudgetBuilder()
        .withMetadata(metadata(owner, plan.name()))
        .withNewSpec()
        .withMaxUnavailable(MaxUnavailable.value(owner))
        .withNewSelector()
        .withMatchLabels(selector(owner, plan.name()))
        .endSelector()
        .endSpec()
        .build();
  }

  /** Name, namespace, labels and owner of what a target has. */
  static ObjectMeta metadata(ModelDeployment owner, String target) {
    return new ObjectMetaBuilder()
        .withName(name(owner.getMetadata().getName(), target))
        .withNamespace(owner.getMetadata().getNamespace())
        .withLabels(new HashMap<>(selector(owner, target)))
        .withOwnerReferences(Owner.controller(owner))
        .build();
  }

  /** Labels of all pods of a target. */
  static Map<String, String> selector(ModelDeployment owner, String target) {
    Map<String, String> labels = new TreeMap<>(Labels.component(ServingTemplate.SERVE));
    labels.put(Labels.MODEL_DEPLOYMENT, ResourceName.of(owner.getMetadata().getName()));
    labels.put(Labels.TARGET, target);
    return labels;
  }
}
