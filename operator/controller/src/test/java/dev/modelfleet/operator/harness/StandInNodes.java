package dev.modelfleet.operator.harness;

import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Plays Job controller, workload controllers and kubelets in one namespace: Jobs end as a script
 * says, Deployments and DaemonSets become available unless they are held.
 */
public final class StandInNodes implements AutoCloseable {

  /** How a Job ends. */
  public sealed interface JobEnd {

    /** Its container exits with a code and a termination message. */
    record Exit(int code, String message) implements JobEnd {}

    /** Its container is killed for memory. */
    record OutOfMemory() implements JobEnd {}

    /** It is complete and its pod is gone. */
    record PodGone() implements JobEnd {}

    /** It goes on. */
    record NotYet() implements JobEnd {}
  }

  private final KubernetesClient client;
  private final String namespace;
  private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
  private final List<Job> jobs = new CopyOnWriteArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private volatile Function<Job, JobEnd> script = job -> new JobEnd.NotYet();
  private final StandInDaemons daemons;
  private volatile boolean held;

  /** Starts playing. */
  public StandInNodes(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
    this.daemons = new StandInDaemons(client);
    informers.add(client.batch().v1().jobs().inNamespace(namespace).inform(each(this::job)));
    informers.add(
        client.apps().deployments().inNamespace(namespace).inform(each(this::deployment)));
    informers.add(client.apps().daemonSets().inNamespace(namespace).inform(each(this::daemonSet)));
  }

  /** Says how Jobs end from now on, and ends those that wait. */
  public void script(Function<Job, JobEnd> script) {
    this.script = script;
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(namespace)
        .list()
        .getItems()
        .forEach(job -> thread.execute(() -> job(job)));
  }

  /** Whether pods of workloads stay unready from now on. */
  public void hold(boolean hold) {
    held = hold;
    client
        .apps()
        .deployments()
        .inNamespace(namespace)
        .list()
        .getItems()
        .forEach(d -> thread.execute(() -> deployment(d)));
    client
        .apps()
        .daemonSets()
        .inNamespace(namespace)
        .list()
        .getItems()
        .forEach(d -> thread.execute(() -> daemonSet(d)));
  }

  /** Whether golden inputs disagree on a node from now on. */
  public void failOn(String node, boolean fails) {
    daemons.fail(node, fails);
    hold(held);
  }

  /** Every Job that was ever seen, in order. */
  public List<Job> jobs() {
    return List.copyOf(jobs);
  }

  /** Adds a ready node with labels. */
  public Node addNode(String name, Map<String, String> labels, Map<String, Quantity> resources) {
    Node node =
        client
            .resource(
                new NodeBuilder()
                    .withNewMetadata()
                    .withName(name)
                    .withLabels(labels)
                    .addToLabels("kubernetes.io/arch", "amd64")
                    .addToLabels("kubernetes.io/hostname", name)
                    .endMetadata()
                    .build())
            .create();
    Node ready =
        node.edit()
            .withNewStatus()
            .addToAllocatable(resources)
            .addToCapacity(resources)
            .addNewCondition()
            .withType("Ready")
            .withStatus("True")
            .withReason("KubeletReady")
            .endCondition()
            .endStatus()
            .build();
    client.resource(ready).updateStatus();
    client
        .nodes()
        .withName(name)
        .edit(n -> n.edit().editOrNewSpec().withTaints(List.of()).endSpec().build());
    nodes.add(node);
    return node;
  }

  private void job(Job job) {
    if (jobs.stream()
        .noneMatch(seen -> seen.getMetadata().getUid().equals(job.getMetadata().getUid()))) {
      jobs.add(job);
    }
    boolean over = job.getStatus() != null && !job.getStatus().getConditions().isEmpty();
    if (over || job.getMetadata().getDeletionTimestamp() != null) {
      return;
    }
    switch (script.apply(job)) {
      case JobEnd.NotYet() -> {}
      case JobEnd.Exit(int code, String message) -> {
        pod(job, code, code == 0 ? "Completed" : "Error", message);
        end(job, code == 0);
      }
      case JobEnd.OutOfMemory() -> {
        pod(job, 137, "OOMKilled", null);
        end(job, false);
      }
      case JobEnd.PodGone() -> end(job, true);
    }
  }

  private void pod(Job job, int code, String reason, String message) {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(job.getMetadata().getName() + "-pod")
            .withNamespace(namespace)
            .withLabels(job.getSpec().getTemplate().getMetadata().getLabels())
            .addToLabels("batch.kubernetes.io/job-name", job.getMetadata().getName())
            .addNewOwnerReference()
            .withApiVersion("batch/v1")
            .withKind("Job")
            .withName(job.getMetadata().getName())
            .withUid(job.getMetadata().getUid())
            .withController(true)
            .endOwnerReference()
            .endMetadata()
            .withSpec(job.getSpec().getTemplate().getSpec())
            .build();
    Pod created = client.resource(pod).create();
    String container = pod.getSpec().getContainers().getFirst().getName();
    client
        .resource(
            created
                .edit()
                .withNewStatus()
                .withPhase(code == 0 ? "Succeeded" : "Failed")
                .withContainerStatuses(
                    new ContainerStatusBuilder()
                        .withName(container)
                        .withImage("image")
                        .withImageID("image")
                        .withReady(false)
                        .withRestartCount(0)
                        .withNewState()
                        .withNewTerminated()
                        .withExitCode(code)
                        .withReason(reason)
                        .withMessage(message)
                        .endTerminated()
                        .endState()
                        .build())
                .endStatus()
                .build())
        .updateStatus();
  }

  private void end(Job job, boolean success) {
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    var first =
        new JobConditionBuilder()
            .withType(success ? "SuccessCriteriaMet" : "FailureTarget")
            .withStatus("True")
            .withReason(success ? "CompletionsReached" : "PodFailurePolicy")
            .withMessage("as the script says")
            .withLastTransitionTime(now)
            .build();
    var second = first.edit().withType(success ? "Complete" : "Failed").build();
    Job ended =
        client
            .batch()
            .v1()
            .jobs()
            .inNamespace(namespace)
            .withName(job.getMetadata().getName())
            .get()
            .edit()
            .withNewStatus()
            .withStartTime(now)
            .withCompletionTime(success ? now : null)
            .withSucceeded(success ? 1 : null)
            .withFailed(success ? null : 1)
            .withNewUncountedTerminatedPods()
            .endUncountedTerminatedPods()
            .withConditions(first, second)
            .endStatus()
            .build();
    client.resource(ended).updateStatus();
  }

  private void deployment(Deployment deployment) {
    int replicas = deployment.getSpec().getReplicas();
    int available = held ? 0 : replicas;
    boolean stopped = Boolean.TRUE.equals(deployment.getSpec().getPaused());
    Long generation = deployment.getMetadata().getGeneration();
    boolean told =
        deployment.getStatus() != null
            && generation.equals(deployment.getStatus().getObservedGeneration())
            && available == number(deployment.getStatus().getAvailableReplicas());
    if (told || stopped) {
      return;
    }
    client
        .resource(
            deployment
                .edit()
                .withNewStatus()
                .withObservedGeneration(generation)
                .withReplicas(replicas)
                .withUpdatedReplicas(replicas)
                .withReadyReplicas(available)
                .withAvailableReplicas(available)
                .endStatus()
                .build())
        .updateStatus();
  }

  private void daemonSet(DaemonSet set) {
    int[] pods = daemons.follow(set, held);
    int desired = pods[0];
    int available = pods[1];
    Long generation = set.getMetadata().getGeneration();
    boolean told =
        set.getStatus() != null
            && generation.equals(set.getStatus().getObservedGeneration())
            && desired == number(set.getStatus().getDesiredNumberScheduled())
            && available == number(set.getStatus().getNumberAvailable());
    if (told) {
      return;
    }
    client
        .resource(
            set.edit()
                .withNewStatus()
                .withObservedGeneration(generation)
                .withCurrentNumberScheduled(desired)
                .withDesiredNumberScheduled(desired)
                .withUpdatedNumberScheduled(desired)
                .withNumberReady(available)
                .withNumberAvailable(available)
                .withNumberMisscheduled(0)
                .endStatus()
                .build())
        .updateStatus();
  }

  private static int number(Integer value) {
    return value == null ? 0 : value;
  }

  private <T> ResourceEventHandler<T> each(Consumer<T> play) {
    return new ResourceEventHandler<>() {
      @Override
      public void onAdd(T object) {
        perform(object);
      }

      @Override
      public void onUpdate(T before, T object) {
        perform(object);
      }

      @Override
      public void onDelete(T object, boolean finalStateUnknown) {}

      private void perform(T object) {
        thread.execute(
            () -> {
              try {
                play.accept(object);
              } catch (KubernetesClientException e) {
                boolean overtaken = e.getCode() == 404 || e.getCode() == 409;
                if (!overtaken && !thread.isShutdown()) {
                  throw e;
                }
              }
            });
      }
    };
  }

  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::stop);
    thread.shutdownNow();
    nodes.forEach(node -> client.resource(node).delete());
  }
}
