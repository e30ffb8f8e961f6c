package dev.modelfleet.operator.harness;

import dev.modelfleet.operator.name.Labels;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Plays the DaemonSet controller and the kubelets under it: one pod on each node that is chosen.
 */
final class StandInDaemons {

  private static final String MISMATCH =
      "{\"reason\":\"GoldenMismatch\",\"message\":\"golden inputs disagree: cosine 0.1\"}";

  private final KubernetesClient client;
  private final Set<String> failing = ConcurrentHashMap.newKeySet();

  StandInDaemons(KubernetesClient client) {
    this.client = client;
  }

  /** Whether golden inputs disagree on a node from now on. */
  void fail(String node, boolean fails) {
    if (fails) {
      failing.add(node);
    } else {
      failing.remove(node);
    }
  }

  /**
   * Makes a DaemonSet's pods what they should be.
   *
   * @return how many there should be, and how many of them are ready
   */
  int[] follow(DaemonSet set, boolean held) {
    Map<String, String> selector = set.getSpec().getTemplate().getSpec().getNodeSelector();
    List<Node> chosen =
        client.nodes().withLabels(selector).list().getItems().stream()
            .filter(node -> chooses(set, node))
            .toList();
    List<Pod> pods = pods(set);
    for (Pod pod : pods) {
      boolean wanted =
          chosen.stream()
              .anyMatch(node -> node.getMetadata().getName().equals(pod.getSpec().getNodeName()));
      if (!wanted || !sameVariant(set, pod)) {
        client.resource(pod).withGracePeriod(0).delete();
      }
    }
    int ready = 0;
    for (Node node : chosen) {
      ready += run(set, node.getMetadata().getName(), held) ? 1 : 0;
    }
    return new int[] {chosen.size(), ready};
  }

  private static boolean sameVariant(DaemonSet set, Pod pod) {
    String wanted = set.getSpec().getTemplate().getMetadata().getLabels().get(Labels.VARIANT);
    return wanted.equals(pod.getMetadata().getLabels().get(Labels.VARIANT));
  }

  private static boolean chooses(DaemonSet set, Node node) {
    var affinity = set.getSpec().getTemplate().getSpec().getAffinity();
    if (affinity == null || affinity.getNodeAffinity() == null) {
      return true;
    }
    NodeSelectorRequirement only =
        affinity
            .getNodeAffinity()
            .getRequiredDuringSchedulingIgnoredDuringExecution()
            .getNodeSelectorTerms()
            .getFirst()
            .getMatchExpressions()
            .getFirst();
    boolean named = only.getValues().contains(node.getMetadata().getLabels().get(only.getKey()));
    return named == "In".equals(only.getOperator());
  }

  private List<Pod> pods(DaemonSet set) {
    return client
        .pods()
        .inNamespace(set.getMetadata().getNamespace())
        .withLabels(set.getSpec().getSelector().getMatchLabels())
        .list()
        .getItems()
        .stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(
            pod ->
                pod.getMetadata().getOwnerReferences().stream()
                    .anyMatch(owner -> owner.getUid().equals(set.getMetadata().getUid())))
        .toList();
  }

  private boolean run(DaemonSet set, String node, boolean held) {
    String name = set.getMetadata().getName() + "-" + node;
    var resource = client.pods().inNamespace(set.getMetadata().getNamespace()).withName(name);
    Pod pod =
        Optional.ofNullable(resource.get())
            .orElseGet(() -> client.resource(pod(set, node, name)).create());
    boolean fails = failing.contains(node);
    boolean ready = !held && !fails;
    boolean told =
        pod.getStatus() != null
            && pod.getStatus().getConditions().stream()
                .anyMatch(
                    c ->
                        "Ready".equals(c.getType())
                            && (ready + "").equalsIgnoreCase(c.getStatus()));
    boolean toldWhy = pod.getStatus() != null && !pod.getStatus().getContainerStatuses().isEmpty();
    if (!told || fails != toldWhy) {
      client.resource(withStatus(pod, ready, fails)).updateStatus();
    }
    return ready;
  }

  private static Pod pod(DaemonSet set, String node, String name) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(set.getMetadata().getNamespace())
        .withLabels(set.getSpec().getTemplate().getMetadata().getLabels())
        .addNewOwnerReference()
        .withApiVersion("apps/v1")
        .withKind("DaemonSet")
        .withName(set.getMetadata().getName())
        .withUid(set.getMetadata().getUid())
        .withController(true)
        .endOwnerReference()
        .endMetadata()
        .withSpec(set.getSpec().getTemplate().getSpec())
        .editSpec()
        .withNodeName(node)
        .withTerminationGracePeriodSeconds(0L)
        .endSpec()
        .build();
  }

  private static Pod withStatus(Pod pod, boolean ready, boolean fails) {
    var status =
        pod.edit()
            .withNewStatus()
            .withPhase("Running")
            .addNewCondition()
            .withType("Ready")
            .withStatus(ready ? "True" : "False")
            .withLastTransitionTime(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
            .endCondition();
    if (fails) {
      status.addToContainerStatuses(
          new ContainerStatusBuilder()
              .withName("serve")
              .withImage("image")
              .withImageID("image")
              .withReady(false)
              .withRestartCount(1)
              .withNewLastState()
              .withNewTerminated()
              .withExitCode(65)
              .withReason("Error")
              .withMessage(MISMATCH)
              .endTerminated()
              .endLastState()
              .build());
    }
    return status.endStatus().build();
  }
}
