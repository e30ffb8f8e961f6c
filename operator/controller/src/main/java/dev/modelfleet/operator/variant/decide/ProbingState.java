package dev.modelfleet.operator.variant.decide;

import dev.modelfleet.api.v1alpha1.ModelVariantConditions;
import dev.modelfleet.api.v1alpha1.ModelVariantConditions.Reason;
import dev.modelfleet.api.v1alpha1.ModelVariantStatusBuilder;
import dev.modelfleet.api.v1alpha1.VariantTrial;
import dev.modelfleet.api.variant.VariantRequest;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Fallback;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.ProbeResult;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.TrialOutcome;
import dev.modelfleet.operator.event.Story;
import dev.modelfleet.operator.status.Conditions;
import dev.modelfleet.operator.variant.decide.JobOutcome.Failed;
import dev.modelfleet.operator.variant.decide.JobOutcome.Missing;
import dev.modelfleet.operator.variant.decide.JobOutcome.Running;
import dev.modelfleet.operator.variant.decide.JobOutcome.Succeeded;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The variant is published; a probe measures it on a node of the target, or waits for one. */
final class ProbingState implements VariantState {

  @Override
  public VariantDecision next(VariantFacts facts, Instant now) {
    return switch (facts.probe()) {
      case Missing() -> missing(facts, now);
      case Running running -> running(facts, now, running);
      case Succeeded(String message) when message == null -> missing(facts, now);
      case Succeeded(String message) -> result(facts, now, message);
      case Failed failed -> failed(facts, now, failed);
    };
  }

  /** Not started yet, or removed: condition Proven tells the two apart. */
  private static VariantDecision missing(VariantFacts facts, Instant now) {
    ModelVariantStatusBuilder status = ModelVariantStatusBuilder.builder(facts.status());
    Attempts attempts = new Attempts(facts, now);
    boolean started =
        Conditions.find(facts.status().conditions(), ModelVariantConditions.PROVEN)
            .filter(proven -> Reason.PROBING.equals(proven.reason()))
            .isPresent();
    if (!started) {
      return attempts.probe(status);
    }
    int lost = VariantFacts.number(status.lostJobs()) + 1;
    String message = "the probe's Job or pod was removed before its result was read";
    return lost > 1
        ? attempts.probeFailed(
            status.lostJobs(null), Reason.PROBE_FAILED, message + ", for the second time", true)
        : attempts.telling(Story.warning("JobLost", message)).probe(status.lostJobs(lost));
  }

  private static VariantDecision running(VariantFacts facts, Instant now, Running running) {
    ModelVariantStatusBuilder status = ModelVariantStatusBuilder.builder(facts.status());
    String message =
        running.trouble() == null
            ? "the probe measures recipe %s on node %s"
                .formatted(status.recipe(), facts.probeNode())
            : "the probe can't start: " + running.reason() + ": " + running.trouble();
    return new VariantDecision.Wait(
        new VariantReport(facts, now).probing(status, Reason.PROBING, message),
        List.of(),
        Attempts.recheck(running));
  }

  private static VariantDecision result(VariantFacts facts, Instant now, String message) {
    Optional<ProbeResult> read = JobResults.probe(message);
    return read.isPresent()
        ? judge(facts, now, read.get())
        : new Attempts(facts, now)
            .probeFailed(
                ModelVariantStatusBuilder.builder(facts.status()),
                Reason.PROBE_FAILED,
                "the probe's result can't be read: " + message,
                true);
  }

  private static VariantDecision judge(VariantFacts facts, Instant now, ProbeResult probe) {
    boolean undone = probe.reason() != null && probe.reason() != FailureReason.GOLDEN_MISMATCH;
    ModelVariantStatusBuilder status = ModelVariantStatusBuilder.builder(facts.status());
    Attempts attempts = new Attempts(facts, now);
    if (undone) {
      String reason = JobResults.name(probe.reason());
      return attempts.probeFailed(status, reason, probe.message(), probe.reason().retryable());
    }
    Gates gates = new VariantRequest(facts.variant().getSpec()).gates();
    status.proof(Proof.withProbe(status.proof(), probe, facts.probeNode()));
    return DeviceGates.judge(probe, gates, facts.probeNode())
        .map(miss -> ruleOut(facts, now, status, miss))
        .orElseGet(() -> attempts.ready(status, figures(status)));
  }

  private static VariantDecision failed(VariantFacts facts, Instant now, Failed failed) {
    Optional<ProbeResult> told = JobResults.probe(failed.result()).filter(r -> r.reason() != null);
    if (told.isPresent()) {
      return judge(facts, now, told.get());
    }
    ModelVariantStatusBuilder status = ModelVariantStatusBuilder.builder(facts.status());
    boolean outOfMemory = "OOMKilled".equals(failed.reason());
    Gates gates = new VariantRequest(facts.variant().getSpec()).gates();
    String message = failed.reason() + ": " + failed.message();
    if (outOfMemory && gates.maxMemory() != null) {
      return ruleOut(facts, now, status, new DeviceGates.Miss(Reason.MEMORY_ABOVE_GATE, message));
    }
    return new Attempts(facts, now)
        .probeFailed(
            status, outOfMemory ? Reason.OUT_OF_MEMORY : Reason.PROBE_FAILED, message, true);
  }

  /** The next build leaves the recipe out; where nothing is left, the variant is rejected. */
  private static VariantDecision ruleOut(
      VariantFacts facts, Instant now, ModelVariantStatusBuilder status, DeviceGates.Miss miss) {
    String recipe = status.recipe();
    List<VariantTrial> trials =
        TrialLedger.ruleOut(status.trials(), recipe, miss.reason(), miss.message());
    List<String> excluded = new ArrayList<>(new TreeSet<>(status.excludedRecipes()));
    if (!excluded.contains(recipe)) {
      excluded.add(recipe);
    }
    Attempts.clearTroubles(status)
        .trials(trials)
        .excludedRecipes(excluded.stream().sorted().toList());
    Attempts attempts =
        new Attempts(facts, now)
            .telling(Story.warning("RecipeRuledOut", "recipe " + recipe + ": " + miss.message()));
    return somethingLeft(facts, trials)
        ? attempts.build(
            status.recipe(null).artifact(null).proof(null),
            "recipe " + recipe + " missed a gate on the device")
        : attempts.rejected(status, TrialLedger.summary(trials));
  }

  private static boolean somethingLeft(VariantFacts facts, List<VariantTrial> trials) {
    Set<String> over =
        trials.stream()
            .filter(trial -> trial.outcome() != TrialOutcome.ACCEPTED)
            .filter(trial -> trial.outcome() != TrialOutcome.PASSED)
            .map(VariantTrial::recipe)
            .collect(Collectors.toSet());
    var spec = facts.variant().getSpec();
    boolean recipeLeft =
        new VariantRequest(spec).expandedRecipes().stream().anyMatch(r -> !over.contains(r.name()));
    boolean original = spec.fallback() == Fallback.ORIGINAL || spec.recipes().isEmpty();
    return recipeLeft || (original && !over.contains(Recipe.ORIGINAL));
  }

  private static String figures(ModelVariantStatusBuilder status) {
    var proof = status.proof();
    StringBuilder text = new StringBuilder("recipe ").append(status.recipe());
    if (proof.size() != null) {
      text.append(", size ").append(proof.size());
    }
    if (proof.accuracy() != null) {
      text.append(", accuracy drop ").append(proof.accuracy().drop());
      if (proof.accuracy().dropUpper() != null) {
        text.append(" (at most ").append(proof.accuracy().dropUpper());
        text.append(" with ").append(proof.accuracy().confidence()).append(" confidence)");
      }
    }
    if (proof.latency() != null) {
      text.append(", p99 ").append(proof.latency().p99());
      text.append(" on node ").append(proof.latency().node());
    }
    return text.toString();
  }
}
