package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.GoDuration;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.NodeToleration;
import dev.modelfleet.api.v1alpha1.VariantArtifact;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.pod.ModelVolume;
import dev.modelfleet.operator.pod.RuntimePod;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the pods that serve a target are made from. */
final class ServingTemplate {

  static final String SERVE = "serve";
  static final int HTTP_PORT = 8000;
  static final int METRICS_PORT = 8002;

  private static final String TERMINATION_LOG = "/dev/termination-log";
  private static final long GRACE_SECONDS = 30;

  private final RuntimePod pods;
  private final String pushSecret;

  /**
   * Pods of a cluster.
   *
   * @param pushSecret Secret with which variants are published, and so fetched; null for none
   */
  ServingTemplate(RuntimePod pods, String pushSecret) {
    this.pods = pods;
    this.pushSecret = pushSecret;
  }

  /**
   * What the pods of a target are made from.
   *
   * @param track label of a canary's pods; empty for the others
   */
  PodTemplateSpec template(
      ModelDeployment owner, TargetPlan plan, VariantArtifact artifact, Map<String, String> track) {
    Map<String, String> labels = new TreeMap<>(ServingObjects.selector(owner, plan.name()));
    labels.putAll(track);
    labels.put(Labels.VARIANT, plan.variant());
    PodSpecBuilder pod =
        pods.pod()
            .addToVolumes(RuntimePod.temporary())
            .withTerminationGracePeriodSeconds(GRACE_SECONDS)
            .withNodeSelector(plan.nodeSelector())
            .addToTolerations(
                plan.tolerations().stream()
                    .map(NodeToleration::toToleration)
                    .toArray(Toleration[]::new));
    pods.addModel(pod, artifact.reference(), secrets(owner));
    pod.addToContainers(container(owner, plan, artifact));
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .withLabels(labels)
        .addToAnnotations("prometheus.io/scrape", "true")
        .addToAnnotations("prometheus.io/port", Integer.toString(METRICS_PORT))
        .addToAnnotations("prometheus.io/path", "/metrics")
        .endMetadata()
        .withSpec(pod.build())
        .build();
  }

  private Container container(ModelDeployment owner, TargetPlan plan, VariantArtifact artifact) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                SERVE,
                "--model-dir",
                ModelVolume.PATH,
                "--name",
                owner.getMetadata().getName(),
                "--termination-message",
                TERMINATION_LOG));
    if (plan.maxLatency() != null) {
      arguments.add("--max-latency-ms");
      arguments.add(
          BigDecimal.valueOf(GoDuration.millis(plan.maxLatency()))
              .stripTrailingZeros()
              .toPlainString());
    }
    ContainerBuilder container =
        pods.container(SERVE, arguments)
            .addToVolumeMounts(RuntimePod.modelMount())
            .withResources(ServingResources.of(plan, artifact.size()))
            .addNewPort()
            .withName("http")
            .withContainerPort(HTTP_PORT)
            .withProtocol("TCP")
            .endPort()
            .addNewPort()
            .withName("metrics")
            .withContainerPort(METRICS_PORT)
            .withProtocol("TCP")
            .endPort()
            .withStartupProbe(probe("/v2/health/ready", 1, 300))
            .withReadinessProbe(probe("/v2/health/ready", 5, 3))
            .withLivenessProbe(probe("/v2/health/live", 10, 6));
    return container.build();
  }

  private List<String> secrets(ModelDeployment owner) {
    List<String> secrets = new ArrayList<>();
    if (pushSecret != null) {
      secrets.add(pushSecret);
    }
    var pull = owner.getSpec().model().pullSecretRef();
    if (pull != null && !secrets.contains(pull.name())) {
      secrets.add(pull.name());
    }
    return secrets;
  }

  private static Probe probe(String path, int period, int failures) {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath(path)
        .withPort(new IntOrString("http"))
        .endHttpGet()
        .withPeriodSeconds(period)
        .withTimeoutSeconds(2)
        .withFailureThreshold(failures)
        .build();
  }
}
