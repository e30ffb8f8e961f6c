package dev.modelfleet.operator.variant.decide;

import dev.modelfleet.api.v1alpha1.ModelVariantConditions.Reason;
import dev.modelfleet.api.v1alpha1.ModelVariantStatus;
import dev.modelfleet.api.v1alpha1.ModelVariantStatusBuilder;
import dev.modelfleet.operator.event.Story;
import dev.modelfleet.operator.placement.decide.ProbePlace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Starts builds and probes, again where a Job was lost or failed, and says when. */
final class Attempts {

  /** How often is looked at what no event tells of: nodes, free devices, quotas. */
  static final Duration RECHECK = Duration.ofSeconds(30);

  private static final Duration FIRST_RETRY = Duration.ofSeconds(30);
  private static final Duration LAST_RETRY = Duration.ofHours(1);

  private final VariantFacts facts;
  private final Instant now;
  private final VariantReport report;
  private final List<Story> stories = new ArrayList<>();

  Attempts(VariantFacts facts, Instant now) {
    this.facts = facts;
    this.now = now;
    this.report = new VariantReport(facts, now);
  }

  /** How long is waited before the try after {@code failures} failures. */
  static Duration backOff(int failures) {
    int doublings = Math.clamp(failures - 1L, 0, 16);
    Duration wait = FIRST_RETRY.multipliedBy(1L << doublings);
    return wait.compareTo(LAST_RETRY) < 0 ? wait : LAST_RETRY;
  }

  /** Tells something before what is started. */
  Attempts telling(Story story) {
    stories.add(story);
    return this;
  }

  /** The next build. */
  VariantDecision build(ModelVariantStatusBuilder status, String why) {
    int attempt = facts.attempt() + 1;
    status.attempt(attempt).retryTime(null);
    String message = "attempt " + attempt + ": " + why;
    if (attempt > 1) {
      stories.add(Story.normal("VariantBuilding", message));
    }
    return new VariantDecision.StartBuild(
        report.building(status, Reason.BUILDING, message), List.copyOf(stories));
  }

  /** The probe, or the reason why it has to wait. */
  VariantDecision probe(ModelVariantStatusBuilder status) {
    status.retryTime(null);
    return switch (facts.place()) {
      case ProbePlace.Chosen(String node, boolean requestsDevice) -> {
        String message = "the probe measures recipe " + status.recipe() + " on node " + node;
        yield new VariantDecision.StartProbe(
            report.probing(status, Reason.PROBING, message),
            List.copyOf(stories),
            node,
            requestsDevice);
      }
      case ProbePlace.None(String reason, String message)
          when ProbePlace.NO_NODES_MATCH.equals(reason) && facts.provenByMembers() ->
          provenByBuilder(status);
      case ProbePlace.None(String reason, String message) ->
          new VariantDecision.Wait(
              report.probing(status, reason, message), List.copyOf(stories), RECHECK);
    };
  }

  /** The build failed and may be tried again later. */
  VariantDecision buildFailed(
      ModelVariantStatusBuilder status, String reason, String message, boolean retryable) {
    String shown = failed(status, message, retryable);
    stories.add(Story.warning("VariantFailed", reason + ": " + message));
    return wait(report.buildFailed(status, reason, shown, retryable));
  }

  /** The probe failed and may be tried again later. */
  VariantDecision probeFailed(
      ModelVariantStatusBuilder status, String reason, String message, boolean retryable) {
    String shown = failed(status, message, retryable);
    stories.add(Story.warning("VariantFailed", reason + ": " + message));
    return wait(report.probeFailed(status, reason, shown, retryable));
  }

  /** No recipe passes. */
  VariantDecision rejected(ModelVariantStatusBuilder status, String message) {
    clearTroubles(status).retryTime(null).artifact(null).recipe(null);
    stories.add(Story.warning("VariantRejected", message));
    return wait(report.rejected(status, message));
  }

  /** Nothing in the hub can measure it; what was built passed the builder's gates. */
  private VariantDecision provenByBuilder(ModelVariantStatusBuilder status) {
    String message =
        "recipe %s passes the builder's gates; the hub has no node of this class: latency and memory were not measured, and each pod of a member cluster replays the golden inputs on its own device before it serves"
            .formatted(status.recipe());
    clearTroubles(status);
    stories.add(Story.normal("VariantReady", message));
    return wait(report.provenByBuilder(status, message));
  }

  /** The variant may be rolled out. */
  VariantDecision ready(ModelVariantStatusBuilder status, String message) {
    clearTroubles(status).retryTime(null);
    stories.add(Story.normal("VariantReady", message));
    return wait(report.ready(status, message));
  }

  /** A step succeeded: earlier failures no longer count. */
  static ModelVariantStatusBuilder clearTroubles(ModelVariantStatusBuilder status) {
    return status.failures(null).lostJobs(null);
  }

  private String failed(ModelVariantStatusBuilder status, String message, boolean retryable) {
    int failures = VariantFacts.number(status.failures()) + 1;
    status.failures(failures);
    if (!retryable) {
      status.retryTime(null);
      return message;
    }
    Duration wait = backOff(failures);
    Instant again = now.plus(wait).truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
    status.retryTime(again.toString());
    return message + "; tried again in " + wait.toSeconds() + " s";
  }

  private VariantDecision wait(ModelVariantStatus status) {
    Duration until =
        status.retryTime() == null
            ? null
            : Duration.between(now, Instant.parse(status.retryTime())).plusSeconds(1);
    return new VariantDecision.Wait(status, List.copyOf(stories), until);
  }

  /** When to look again at a Job that has not ended although nothing was heard; null for never. */
  static Duration recheck(JobOutcome.Running running) {
    if (running.trouble() != null) {
      return RECHECK;
    }
    return running.withoutPod() ? JobOutcome.POD_USUALLY_THERE.plusSeconds(1) : null;
  }
}
