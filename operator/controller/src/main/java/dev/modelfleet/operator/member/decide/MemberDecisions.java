package dev.modelfleet.operator.member.decide;

import dev.modelfleet.api.v1alpha1.EdgeDeploymentConditions.Reason;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentStatus;
import dev.modelfleet.api.v1alpha1.EdgeRevision;
import dev.modelfleet.operator.member.decide.MemberPlan.Rejection;
import dev.modelfleet.operator.name.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides what a member cluster serves of one ModelDeployment: the wanted revision, and where that
 * fails here, the last one that served well. The same decision is taken by the hub's operator and
 * by the cluster's own agent, with or without the hub.
 *
 * <p>A revision that has once served well here is not given up any more: what fails later is the
 * cluster's trouble, not the revision's.
 */
public final class MemberDecisions {

  private static final int MAX_MESSAGE = 512;

  private final MemberFacts facts;
  private final Instant now;
  private final EdgeRevision update;
  private final EdgeRevision stable;
  private final EdgeDeploymentStatus memory;

  private MemberDecisions(MemberFacts facts, Instant now) {
    this.facts = facts;
    this.now = now.truncatedTo(ChronoUnit.SECONDS);
    this.update = facts.deployment().getSpec().update();
    this.stable = facts.deployment().getSpec().stable();
    this.memory = facts.memory();
  }

  /** A pure function of what is observed and the time. */
  public static MemberPlan decide(MemberFacts facts, Instant now) {
    return new MemberDecisions(facts, now).decide();
  }

  private MemberPlan decide() {
    Rejection rejection = remembered().or(this::failure).orElse(null);
    EdgeRevision serve = rejection != null && canFallBack() ? stable : update;
    List<HasMetadata> objects = MemberObjects.of(facts.deployment(), serve);
    List<HasMetadata> remove =
        facts.present().stream()
            .filter(object -> objects.stream().noneMatch(o -> MemberObjects.same(o, object)))
            .toList();
    boolean complete = complete(objects);
    boolean waiting = !complete && rejection == null;
    return new MemberPlan(
        serve, objects, remove, rejection, complete, waiting ? progressTime(serve) : null);
  }

  /** Remembered until another revision is wanted, or the pods serve after all. */
  private Optional<Rejection> remembered() {
    return update.revision().equals(memory.rejectedRevision()) && !updateServes()
        ? Optional.of(
            new Rejection(
                memory.rejectedRevision(), memory.rejectedReason(), memory.rejectedMessage()))
        : Optional.empty();
  }

  private boolean updateServes() {
    return complete(MemberObjects.of(facts.deployment(), update));
  }

  private boolean canFallBack() {
    return stable != null && !stable.revision().equals(update.revision());
  }

  /** Why the wanted revision, which was applied and has never served well, is given up. */
  private Optional<Rejection> failure() {
    boolean tried = update.revision().equals(memory.appliedRevision());
    boolean served = update.revision().equals(memory.currentRevision());
    if (!tried || served || updateServes()) {
      return Optional.empty();
    }
    return podFailure().or(this::deadlineExceeded);
  }

  private Optional<Rejection> podFailure() {
    Set<String> variants =
        update.manifests().stream()
            .filter(manifest -> manifest.getMetadata().getLabels() != null)
            .map(manifest -> manifest.getMetadata().getLabels().get(Labels.VARIANT))
            .filter(java.util.Objects::nonNull)
            .collect(Collectors.toSet());
    return facts.troubles().stream()
        .filter(trouble -> variants.contains(trouble.variant()))
        .findFirst()
        .map(trouble -> new Rejection(update.revision(), trouble.reason(), cut(trouble.message())));
  }

  private Optional<Rejection> deadlineExceeded() {
    int seconds = update.deadlineSeconds();
    Instant deadline = progressTime(update).plus(Duration.ofSeconds(seconds));
    return now.isBefore(deadline)
        ? Optional.empty()
        : Optional.of(
            new Rejection(
                update.revision(),
                Reason.PROGRESS_DEADLINE_EXCEEDED,
                "revision %s made no progress for %d s: %s"
                    .formatted(update.revision(), seconds, counts())));
  }

  private String counts() {
    return workloads().stream()
        .map(
            w ->
                "target %s has %d of %d pods updated and %d available"
                    .formatted(w.target(), w.updated(), w.desired(), w.available()))
        .collect(Collectors.joining("; "));
  }

  /** The clock of the deadline: it starts anew with another revision and with each new pod. */
  private Instant progressTime(EdgeRevision revision) {
    boolean started =
        memory.progressTime() == null || !revision.revision().equals(memory.appliedRevision());
    int pods = workloads().stream().mapToInt(w -> w.updated() + w.available()).sum();
    return started || pods > memory.updated() + memory.available()
        ? now
        : Instant.parse(memory.progressTime());
  }

  private List<MemberWorkload> workloads() {
    return facts.present().stream().flatMap(o -> MemberWorkload.of(o).stream()).toList();
  }

  private boolean complete(List<HasMetadata> objects) {
    return objects.stream()
        .allMatch(
            object -> facts.same(object).filter(present -> complete(object, present)).isPresent());
  }

  private static boolean complete(HasMetadata object, HasMetadata present) {
    return MemberWorkload.of(present)
        .map(workload -> workload.complete() && workload.isMadeFor(object))
        .orElse(true);
  }

  private static String cut(String message) {
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE - 1) + "…";
  }
}
