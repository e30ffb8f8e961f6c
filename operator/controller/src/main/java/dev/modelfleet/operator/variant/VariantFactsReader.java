package dev.modelfleet.operator.variant;

import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.ModelVariantStatus;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.api.v1alpha1.VariantTarget;
import dev.modelfleet.operator.placement.NodeCache;
import dev.modelfleet.operator.placement.NodeReader;
import dev.modelfleet.operator.placement.decide.NodeFacts;
import dev.modelfleet.operator.placement.decide.ProbePlace;
import dev.modelfleet.operator.variant.decide.JobOutcome;
import dev.modelfleet.operator.variant.decide.RuntimeJobs;
import dev.modelfleet.operator.variant.decide.VariantFacts;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Observes one ModelVariant: its Jobs, their pods and, when a probe is due, the nodes. */
final class VariantFactsReader {

  private static final String JOB_NAME = "batch.kubernetes.io/job-name";

  private final KubernetesClient client;
  private final NodeReader nodes;

  VariantFactsReader(KubernetesClient client, NodeCache nodes) {
    this.client = client;
    this.nodes = new NodeReader(client, nodes);
  }

  VariantFacts read(ModelVariant variant, Instant now, Context<ModelVariant> context) {
    ModelVariantStatus status = VariantFacts.status(variant);
    int attempt = status.attempt() == null ? 0 : status.attempt();
    JobOutcome missing = new JobOutcome.Missing();
    JobOutcome build =
        status.phase() == VariantPhase.BUILDING
            ? outcome(job(variant, RuntimeJobs.buildName(variant, attempt), context), now, context)
            : missing;
    Optional<Job> probeJob =
        status.phase() == VariantPhase.PROBING
            ? job(
                variant,
                RuntimeJobs.probeName(variant, attempt, VariantFacts.probeTry(status)),
                context)
            : Optional.empty();
    JobOutcome probe = outcome(probeJob, now, context);
    String node =
        probeJob.map(j -> j.getMetadata().getAnnotations().get(RuntimeJobs.NODE)).orElse(null);
    ProbePlace place = probeMayStart(status, build, probe) ? place(variant) : null;
    return new VariantFacts(variant, build, probe, node, place);
  }

  /** From the cache; a Job that the cache lacks is looked for, for it may be younger. */
  private Optional<Job> job(ModelVariant variant, String name, Context<ModelVariant> context) {
    return context
        .getSecondaryResourcesAsStream(Job.class)
        .filter(job -> name.equals(job.getMetadata().getName()))
        .findFirst()
        .or(
            () ->
                Optional.ofNullable(
                    client
                        .batch()
                        .v1()
                        .jobs()
                        .inNamespace(variant.getMetadata().getNamespace())
                        .withName(name)
                        .get()))
        .filter(job -> job.getMetadata().getDeletionTimestamp() == null);
  }

  private JobOutcome outcome(Optional<Job> job, Instant now, Context<ModelVariant> context) {
    if (job.isEmpty()) {
      return new JobOutcome.Missing();
    }
    List<Pod> pods =
        context
            .getSecondaryResourcesAsStream(Pod.class)
            .filter(pod -> belongs(pod, job.get()))
            .toList();
    JobOutcome outcome = JobOutcome.of(job.get(), pods);
    boolean unread = outcome instanceof JobOutcome.Succeeded(String message) && message == null;
    if (unread || outcome instanceof JobOutcome.Failed) {
      outcome = JobOutcome.of(job.get(), freshPods(job.get()));
    }
    return outcome instanceof JobOutcome.Running running
            && running.withoutPod()
            && isLate(job.get(), now)
        ? withRefusal(running, job.get())
        : outcome;
  }

  /** Events are asked for only where the pod of a Job is longer in coming than it usually is. */
  private static boolean isLate(Job job, Instant now) {
    Instant created = Instant.parse(job.getMetadata().getCreationTimestamp());
    return !now.isBefore(created.plus(JobOutcome.POD_USUALLY_THERE));
  }

  private static boolean belongs(Pod pod, Job job) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    return labels != null && job.getMetadata().getName().equals(labels.get(JOB_NAME));
  }

  /** A Job's end can be heard of before its pod's: the pods are asked for once more. */
  private List<Pod> freshPods(Job job) {
    return client
        .pods()
        .inNamespace(job.getMetadata().getNamespace())
        .withLabel(JOB_NAME, job.getMetadata().getName())
        .list()
        .getItems();
  }

  /** Why no pod could be made, which the Job controller tells in Events only. */
  private JobOutcome withRefusal(JobOutcome.Running running, Job job) {
    return client
        .v1()
        .events()
        .inNamespace(job.getMetadata().getNamespace())
        .withField("involvedObject.uid", job.getMetadata().getUid())
        .list()
        .getItems()
        .stream()
        .filter(event -> "FailedCreate".equals(event.getReason()))
        .max(Comparator.comparing(VariantFactsReader::time))
        .<JobOutcome>map(event -> new JobOutcome.Running("FailedCreate", event.getMessage(), true))
        .orElse(running);
  }

  private static String time(Event event) {
    return Optional.ofNullable(event.getLastTimestamp())
        .orElse(event.getMetadata().getCreationTimestamp());
  }

  private static boolean probeMayStart(
      ModelVariantStatus status, JobOutcome build, JobOutcome probe) {
    if (status.phase() == null) {
      return false;
    }
    return switch (status.phase()) {
      case BUILDING -> build instanceof JobOutcome.Succeeded;
      case PROBING -> probe instanceof JobOutcome.Missing || probe instanceof JobOutcome.Succeeded;
      case FAILED -> status.artifact() != null && status.retryTime() != null;
      case PENDING, READY, REJECTED -> false;
    };
  }

  /** The labels that a target's nodes have. */
  static Map<String, String> labels(VariantTarget target) {
    Map<String, String> labels = new HashMap<>(target.nodeSelector());
    labels.put("kubernetes.io/arch", target.device().architecture().label());
    return labels;
  }

  private ProbePlace place(ModelVariant variant) {
    VariantTarget target = variant.getSpec().target();
    Map<String, String> labels = labels(target);
    List<NodeFacts> found = nodes.nodes(labels);
    String resource = target.device().resourceName();
    return ProbePlace.choose(
        found,
        labels,
        target.tolerations().stream().map(t -> t.toToleration()).toList(),
        resource,
        RuntimeJobs.needsDevice(variant.getSpec()),
        resource == null ? Map.of() : nodes.used(found, resource));
  }
}
