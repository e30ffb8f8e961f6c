package dev.modelfleet.operator.member.decide;

import dev.modelfleet.api.v1alpha1.Condition.Status;
import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentConditions;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentConditions.Reason;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentStatus;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentStatus.EdgeTargetStatus;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentStatusBuilder;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.status.Conditions;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToIntFunction;

/** Makes an EdgeDeployment's status from what was observed, decided and done. */
public final class MemberReport {

  private final MemberFacts facts;
  private final MemberPlan plan;
  private final ApplyOutcome outcome;
  private final Instant now;
  private final List<EdgeTargetStatus> targets;

  private MemberReport(MemberFacts facts, MemberPlan plan, ApplyOutcome outcome, Instant now) {
    this.facts = facts;
    this.plan = plan;
    this.outcome = outcome;
    this.now = now.truncatedTo(ChronoUnit.SECONDS);
    this.targets = targets();
  }

  /** The status to report. */
  public static EdgeDeploymentStatus of(
      MemberFacts facts, MemberPlan plan, ApplyOutcome outcome, Instant now) {
    return new MemberReport(facts, plan, outcome, now).status();
  }

  /**
   * The status of an EdgeDeployment whose cluster does not answer: what was last seen there stays,
   * and of a newer spec nothing is claimed.
   */
  public static EdgeDeploymentStatus unreachable(
      EdgeDeployment deployment, String message, Instant now) {
    EdgeDeploymentStatus last = deployment.getStatus();
    EdgeDeploymentStatusBuilder status =
        last == null
            ? EdgeDeploymentStatusBuilder.builder().phase(DeploymentPhase.PENDING)
            : EdgeDeploymentStatusBuilder.builder(last);
    Conditions conditions =
        new Conditions(
            last == null ? null : last.conditions(), deployment.getMetadata().getGeneration(), now);
    conditions.unknown(EdgeDeploymentConditions.APPLIED, Reason.UNREACHABLE, message);
    conditions.unknown(EdgeDeploymentConditions.AVAILABLE, Reason.UNREACHABLE, message);
    conditions.unknown(EdgeDeploymentConditions.READY, Reason.UNREACHABLE, message);
    conditions.onlyWhile(true, EdgeDeploymentConditions.RECONCILING, Reason.UNREACHABLE, message);
    return status.message(message).conditions(conditions.list()).build();
  }

  /** The same status, stamped where it tells something new. */
  public static EdgeDeploymentStatus stamped(
      EdgeDeploymentStatus status, EdgeDeploymentStatus before, Instant now) {
    String last = before == null ? null : before.lastReported();
    EdgeDeploymentStatus unchanged =
        EdgeDeploymentStatusBuilder.builder(status).lastReported(last).build();
    return Objects.equals(unchanged, before)
        ? before
        : EdgeDeploymentStatusBuilder.builder(status)
            .lastReported(now.truncatedTo(ChronoUnit.SECONDS).toString())
            .build();
  }

  private EdgeDeploymentStatus status() {
    MemberPlan.Rejection rejection = plan.rejection();
    return EdgeDeploymentStatusBuilder.builder()
        .observedGeneration(facts.generation())
        .phase(phase())
        .message(message())
        .appliedRevision(
            outcome instanceof ApplyOutcome.Applied
                ? plan.serve().revision()
                : facts.memory().appliedRevision())
        .currentRevision(
            plan.complete() ? plan.serve().revision() : facts.memory().currentRevision())
        .desired(sum(EdgeTargetStatus::desired))
        .updated(sum(EdgeTargetStatus::updated))
        .ready(sum(EdgeTargetStatus::ready))
        .available(sum(EdgeTargetStatus::available))
        .failed(facts.troubles().size())
        .rejectedRevision(rejection == null ? null : rejection.revision())
        .rejectedReason(rejection == null ? null : rejection.reason())
        .rejectedMessage(rejection == null ? null : rejection.message())
        .progressTime(plan.progressTime() == null ? null : plan.progressTime().toString())
        .lastReported(facts.memory().lastReported())
        .targets(targets)
        .conditions(conditions().list())
        .build();
  }

  private DeploymentPhase phase() {
    if (plan.rejection() != null || outcome instanceof ApplyOutcome.Refused) {
      return DeploymentPhase.DEGRADED;
    }
    if (plan.complete()) {
      return DeploymentPhase.HEALTHY;
    }
    boolean servedBefore =
        plan.serve().revision().equals(facts.memory().currentRevision())
            && plan.serve().revision().equals(facts.memory().appliedRevision());
    return servedBefore ? DeploymentPhase.DEGRADED : DeploymentPhase.ROLLING_OUT;
  }

  private String message() {
    if (outcome instanceof ApplyOutcome.Refused(String reason, String message)) {
      return message;
    }
    if (outcome instanceof ApplyOutcome.Unreachable(String message)) {
      return message;
    }
    if (plan.rejection() != null) {
      String failed = plan.rejection().reason() + ": " + plan.rejection().message();
      return plan.serve().revision().equals(plan.rejection().revision())
          ? failed
          : failed + ": serves revision " + plan.serve().revision() + " again";
    }
    return plan.complete()
        ? "serves revision " + plan.serve().revision()
        : "%d of %d pods of revision %s updated and %d available"
            .formatted(
                sum(EdgeTargetStatus::updated),
                sum(EdgeTargetStatus::desired),
                plan.serve().revision(),
                sum(EdgeTargetStatus::available));
  }

  private Conditions conditions() {
    Conditions conditions = new Conditions(facts.memory().conditions(), facts.generation(), now);
    applied(conditions);
    boolean available =
        !targets.isEmpty() && targets.stream().allMatch(t -> t.desired() == 0 || t.available() > 0);
    conditions.set(
        EdgeDeploymentConditions.AVAILABLE,
        available,
        available ? Reason.PODS_AVAILABLE : Reason.PODS_UNAVAILABLE,
        sum(EdgeTargetStatus::available) + " pods serve");
    DeploymentPhase phase = phase();
    String reason = reason(phase);
    return conditions
        .set(EdgeDeploymentConditions.READY, phase == DeploymentPhase.HEALTHY, reason, message())
        .onlyWhile(
            phase == DeploymentPhase.ROLLING_OUT,
            EdgeDeploymentConditions.RECONCILING,
            reason,
            message())
        .onlyWhile(plan.rejection() != null, EdgeDeploymentConditions.STALLED, reason, message());
  }

  private void applied(Conditions conditions) {
    String type = EdgeDeploymentConditions.APPLIED;
    switch (outcome) {
      case ApplyOutcome.Applied applied ->
          conditions.set(
              type, true, Reason.APPLIED, "the cluster has revision " + plan.serve().revision());
      case ApplyOutcome.Refused(String reason, String message) ->
          conditions.set(type, false, reason, message);
      case ApplyOutcome.Unreachable(String message) ->
          conditions.set(type, Status.UNKNOWN, Reason.UNREACHABLE, message);
    }
  }

  private String reason(DeploymentPhase phase) {
    if (plan.rejection() != null) {
      return plan.rejection().reason();
    }
    if (outcome instanceof ApplyOutcome.Refused refused) {
      return refused.reason();
    }
    return switch (phase) {
      case HEALTHY -> Reason.READY;
      case DEGRADED -> Reason.PODS_UNAVAILABLE;
      default -> Reason.ROLLING_OUT;
    };
  }

  private int sum(ToIntFunction<EdgeTargetStatus> number) {
    return targets.stream().mapToInt(number).sum();
  }

  /** One entry a target, in the order of the manifests. */
  private List<EdgeTargetStatus> targets() {
    Map<String, EdgeTargetStatus> byName = new LinkedHashMap<>();
    for (HasMetadata object : plan.apply()) {
      Map<String, String> labels = object.getMetadata().getLabels();
      String target = labels.get(Labels.TARGET);
      if (target != null && labels.containsKey(Labels.VARIANT)) {
        byName.merge(target, target(object, target), MemberReport::sum);
      }
    }
    return List.copyOf(byName.values());
  }

  private EdgeTargetStatus target(HasMetadata object, String name) {
    String revision = object.getMetadata().getLabels().get(Labels.REVISION);
    String variant = object.getMetadata().getLabels().get(Labels.VARIANT);
    return facts
        .same(object)
        .flatMap(MemberWorkload::of)
        .map(
            w ->
                new EdgeTargetStatus(
                    name,
                    revision,
                    variant,
                    w.desired(),
                    w.seen() && w.isMadeFor(object) ? Math.min(w.updated(), w.desired()) : 0,
                    w.ready(),
                    w.available()))
        .orElseGet(() -> new EdgeTargetStatus(name, revision, variant, 0, 0, 0, 0));
  }

  private static EdgeTargetStatus sum(EdgeTargetStatus one, EdgeTargetStatus other) {
    return new EdgeTargetStatus(
        one.name(),
        one.revision(),
        one.variant(),
        one.desired() + other.desired(),
        one.updated() + other.updated(),
        one.ready() + other.ready(),
        one.available() + other.available());
  }
}
