package dev.modelfleet.operator.variant.decide;

import dev.modelfleet.api.v1alpha1.ModelVariantConditions.Reason;
import dev.modelfleet.api.v1alpha1.ModelVariantStatusBuilder;
import dev.modelfleet.api.v1alpha1.VariantArtifact;
import dev.modelfleet.artifact.BuildResult;
import dev.modelfleet.operator.event.Story;
import dev.modelfleet.operator.variant.decide.JobOutcome.Failed;
import dev.modelfleet.operator.variant.decide.JobOutcome.Missing;
import dev.modelfleet.operator.variant.decide.JobOutcome.Running;
import dev.modelfleet.operator.variant.decide.JobOutcome.Succeeded;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A build Job is under way. */
final class BuildingState implements VariantState {

  @Override
  public VariantDecision next(VariantFacts facts, Instant now) {
    return switch (facts.build()) {
      case Missing() -> lost(facts, now, "its Job was removed");
      case Running running -> running(facts, now, running);
      case Succeeded(String message) when message == null ->
          lost(facts, now, "its pod was removed before the result was read");
      case Succeeded(String message) -> result(facts, now, message);
      case Failed failed -> failed(facts, now, failed);
    };
  }

  private static VariantDecision lost(VariantFacts facts, Instant now, String how) {
    ModelVariantStatusBuilder status = ModelVariantStatusBuilder.builder(facts.status());
    int lost = VariantFacts.number(status.lostJobs()) + 1;
    String message = "build attempt " + facts.attempt() + " is lost: " + how;
    Attempts attempts = new Attempts(facts, now);
    if (lost > 1) {
      return attempts.buildFailed(
          status.lostJobs(null), Reason.BUILD_FAILED, message + ", for the second time", true);
    }
    return attempts
        .telling(Story.warning("JobLost", message))
        .build(status.lostJobs(lost), "made again because " + how);
  }

  private static VariantDecision running(VariantFacts facts, Instant now, Running running) {
    ModelVariantStatusBuilder status = ModelVariantStatusBuilder.builder(facts.status());
    VariantReport report = new VariantReport(facts, now);
    boolean troubled = running.trouble() != null;
    return new VariantDecision.Wait(
        troubled
            ? report.building(
                status, Reason.POD_NOT_STARTED, running.reason() + ": " + running.trouble())
            : report.building(
                status, Reason.BUILDING, "build attempt " + facts.attempt() + " runs"),
        List.of(),
        Attempts.recheck(running));
  }

  private static VariantDecision result(VariantFacts facts, Instant now, String message) {
    Optional<BuildResult> read = JobResults.build(message);
    Attempts attempts = new Attempts(facts, now);
    ModelVariantStatusBuilder status = ModelVariantStatusBuilder.builder(facts.status());
    if (read.isEmpty()) {
      return attempts.buildFailed(
          status, Reason.BUILD_FAILED, "the build's result can't be read: " + cut(message), true);
    }
    BuildResult result = read.get();
    status.trials(TrialLedger.merge(facts.status().trials(), result.trials()));
    if (result.recipe() != null && facts.status().excludedRecipes().contains(result.recipe())) {
      String what = "the build published recipe " + result.recipe() + ", which was left out";
      return attempts.buildFailed(status, Reason.BUILD_FAILED, what, true);
    }
    return switch (result.outcome()) {
      case PUBLISHED -> attempts.probe(published(status, result));
      case REJECTED -> attempts.rejected(status, rejection(status, result));
      case FAILED ->
          attempts.buildFailed(
              status,
              JobResults.name(result.reason()),
              result.message(),
              result.reason().retryable());
    };
  }

  private static ModelVariantStatusBuilder published(
      ModelVariantStatusBuilder status, BuildResult result) {
    return Attempts.clearTroubles(status)
        .recipe(result.recipe())
        .artifact(
            new VariantArtifact(
                result.artifact().reference(),
                result.artifact().digest(),
                result.artifact().size()))
        .proof(Proof.ofBuild(result));
  }

  private static String rejection(ModelVariantStatusBuilder status, BuildResult result) {
    String summary = TrialLedger.summary(status.trials());
    return summary.isEmpty() ? result.message() : summary;
  }

  private static VariantDecision failed(VariantFacts facts, Instant now, Failed failed) {
    ModelVariantStatusBuilder status = ModelVariantStatusBuilder.builder(facts.status());
    Attempts attempts = new Attempts(facts, now);
    Optional<BuildResult> result =
        JobResults.build(failed.result()).filter(r -> r.reason() != null);
    if (result.isPresent()) {
      BuildResult told = result.get();
      status.trials(TrialLedger.merge(facts.status().trials(), told.trials()));
      return attempts.buildFailed(
          status, JobResults.name(told.reason()), told.message(), told.reason().retryable());
    }
    String reason =
        "OOMKilled".equals(failed.reason()) ? Reason.OUT_OF_MEMORY : Reason.BUILD_FAILED;
    return attempts.buildFailed(status, reason, failed.reason() + ": " + failed.message(), true);
  }

  private static String cut(String message) {
    return message.length() <= 200 ? message : message.substring(0, 199) + "…";
  }
}
