package dev.modelfleet.operator.variant.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.Constraints;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.ModelVariantSpecBuilder;
import dev.modelfleet.api.v1alpha1.ModelVariantStatus;
import dev.modelfleet.api.v1alpha1.ModelVariantStatusBuilder;
import dev.modelfleet.api.v1alpha1.PolicyRecipe;
import dev.modelfleet.api.v1alpha1.VariantArtifact;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.artifact.BuildOutcome;
import dev.modelfleet.artifact.BuildResult;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Fallback;
import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.ProbeResult;
import dev.modelfleet.artifact.PublishedArtifact;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.TrialOutcome;
import dev.modelfleet.operator.placement.decide.ProbePlace;
import dev.modelfleet.operator.status.Conditions;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class VariantDecisionsTest {

  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
  private static final JobOutcome MISSING = new JobOutcome.Missing();
  private static final JobOutcome RUNNING = new JobOutcome.Running(null, null, false);
  private static final ProbePlace NODE = new ProbePlace.Chosen("node-1", false);
  private static final ProbePlace NO_NODE =
      new ProbePlace.None(ProbePlace.NO_NODES_MATCH, "no node has the labels a=b: label one");
  private static final String DIGEST = "sha256:" + "a".repeat(64);

  private record Case(
      String name,
      VariantFacts facts,
      String starts,
      VariantPhase phase,
      String type,
      String why) {}

  /** What is observed, what is started, the phase, and a condition's reason. */
  @TestFactory
  Stream<DynamicTest> decides() {
    return Stream.of(
            row("new: builds", pending(), "build", VariantPhase.BUILDING, "Built", "Building"),
            row("build runs", building(RUNNING), "", VariantPhase.BUILDING, "Built", "Building"),
            row(
                "build pod not started",
                building(new JobOutcome.Running("ErrImagePull", "not found", false)),
                "",
                VariantPhase.BUILDING,
                "Built",
                "PodNotStarted"),
            row(
                "build lost",
                building(MISSING),
                "build",
                VariantPhase.BUILDING,
                "Built",
                "Building"),
            row(
                "build lost twice",
                buildingAfterLoss(MISSING),
                "",
                VariantPhase.FAILED,
                "Built",
                "BuildFailed"),
            row(
                "result gone with its pod",
                building(new JobOutcome.Succeeded(null)),
                "build",
                VariantPhase.BUILDING,
                "Built",
                "Building"),
            row(
                "published: probes",
                building(published("dynamic-int8")),
                "probe",
                VariantPhase.PROBING,
                "Proven",
                "Probing"),
            row(
                "published, no node",
                buildingWithoutNode(published("dynamic-int8")),
                "",
                VariantPhase.PROBING,
                "Proven",
                "NoNodesMatch"),
            row(
                "rejected by the build",
                building(rejected()),
                "",
                VariantPhase.REJECTED,
                "Built",
                "NoRecipePassed"),
            row(
                "result not readable",
                building(new JobOutcome.Succeeded("oops")),
                "",
                VariantPhase.FAILED,
                "Built",
                "BuildFailed"),
            row(
                "invalid model",
                building(failed(FailureReason.INVALID_MODEL)),
                "",
                VariantPhase.FAILED,
                "Stalled",
                "InvalidModel"),
            row(
                "registry refuses the push",
                building(failed(FailureReason.PUBLISH_FAILED)),
                "",
                VariantPhase.FAILED,
                "Reconciling",
                "PublishFailed"),
            row(
                "build out of memory",
                building(new JobOutcome.Failed("OOMKilled", "limit 4Gi", null)),
                "",
                VariantPhase.FAILED,
                "Built",
                "OutOfMemory"),
            row(
                "build too long",
                building(new JobOutcome.Failed("DeadlineExceeded", "3600 s", null)),
                "",
                VariantPhase.FAILED,
                "Built",
                "BuildFailed"),
            row("probe runs", probing(RUNNING), "", VariantPhase.PROBING, "Proven", "Probing"),
            row("probe lost", probing(MISSING), "probe", VariantPhase.PROBING, "Proven", "Probing"),
            row(
                "probe holds the gates",
                probing(probe(4)),
                "",
                VariantPhase.READY,
                "Ready",
                "Ready"),
            row(
                "too slow: next recipe",
                probing(probe(900)),
                "build",
                VariantPhase.BUILDING,
                "Built",
                "Building"),
            row(
                "golden inputs disagree: next recipe",
                probing(disagrees()),
                "build",
                VariantPhase.BUILDING,
                "Built",
                "Building"),
            row(
                "the original is too slow: nothing left",
                probingOriginal(probe(900)),
                "",
                VariantPhase.REJECTED,
                "Stalled",
                "NoRecipePassed"),
            row(
                "provider not in the image",
                probing(probeFailed(FailureReason.PROVIDER_UNAVAILABLE)),
                "",
                VariantPhase.FAILED,
                "Stalled",
                "ProviderUnavailable"),
            row("failed, not yet due", failedUntil(60), "", VariantPhase.FAILED, "Built", "x"),
            row(
                "failed, due",
                failedUntil(-1),
                "build",
                VariantPhase.BUILDING,
                "Built",
                "Building"))
        .map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
  }

  @Test
  void backOffGrowsAndIsCapped() {
    assertThat(Attempts.backOff(1)).isEqualTo(Duration.ofSeconds(30));
    assertThat(Attempts.backOff(3)).isEqualTo(Duration.ofMinutes(2));
    assertThat(Attempts.backOff(1000)).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void decidingTwiceOnTheSameFactsIsTheSame() {
    VariantFacts facts = building(published("dynamic-int8"));
    assertThat(VariantDecisions.decide(facts, NOW)).isEqualTo(VariantDecisions.decide(facts, NOW));
  }

  /**
   * Whatever Jobs do, a variant comes to an end: after the faults stop it settles, no recipe is
   * tried twice after the device ruled it out, and Stalled and Reconciling are never both there.
   */
  @Test
  void everyHistorySettles() {
    Random random = new Random(1);
    for (int history = 0; history < 2_000; history++) {
      ModelVariantStatus status = null;
      Instant time = NOW;
      boolean probe = false;
      for (int step = 0; step < 60; step++) {
        boolean faulty = step < 20;
        JobOutcome build = faulty ? anyBuild(random) : published(nextRecipe(status));
        JobOutcome probed = faulty ? anyProbe(random) : probe(4);
        ProbePlace place = faulty && random.nextInt(4) == 0 ? NO_NODE : NODE;
        VariantFacts facts =
            new VariantFacts(variant(status), build, probe ? probed : MISSING, "node-1", place);
        VariantDecision decision = VariantDecisions.decide(facts, time);
        status = decision.status();
        probe =
            decision instanceof VariantDecision.StartProbe
                || (status.phase() == VariantPhase.PROBING && probe);
        assertConsistent(status);
        time = time.plus(Duration.ofHours(2));
      }
      assertThat(status.phase())
          .isIn(VariantPhase.READY, VariantPhase.REJECTED, VariantPhase.FAILED);
      if (status.phase() == VariantPhase.FAILED) {
        assertThat(Conditions.isTrue(status.conditions(), "Stalled")).isTrue();
      }
    }
  }

  private static void assertConsistent(ModelVariantStatus status) {
    assertThat(status.conditions()).extracting(Condition::type).doesNotHaveDuplicates();
    boolean working = Conditions.isTrue(status.conditions(), "Reconciling");
    boolean stalled = Conditions.isTrue(status.conditions(), "Stalled");
    boolean ready = Conditions.isTrue(status.conditions(), "Ready");
    assertThat(List.of(working, stalled, ready)).containsOnlyOnce(true);
    assertThat(status.excludedRecipes()).doesNotHaveDuplicates();
    if (status.phase() == VariantPhase.READY) {
      assertThat(status.excludedRecipes()).doesNotContain(status.recipe());
    }
  }

  private static String nextRecipe(ModelVariantStatus status) {
    return Stream.of("static-int8", "dynamic-int8", "original")
        .filter(r -> status == null || !status.excludedRecipes().contains(r))
        .findFirst()
        .orElse("original");
  }

  private static JobOutcome anyBuild(Random random) {
    List<JobOutcome> outcomes =
        List.of(
            MISSING,
            RUNNING,
            new JobOutcome.Succeeded(null),
            new JobOutcome.Succeeded("{}"),
            published("static-int8"),
            published("dynamic-int8"),
            failed(FailureReason.PUBLISH_FAILED),
            failed(FailureReason.SOURCE_UNREACHABLE),
            new JobOutcome.Failed("Evicted", "disk pressure", null));
    return outcomes.get(random.nextInt(outcomes.size()));
  }

  private static JobOutcome anyProbe(Random random) {
    List<JobOutcome> outcomes =
        new ArrayList<>(
            List.of(
                MISSING,
                RUNNING,
                probe(4),
                probe(900),
                disagrees(),
                new JobOutcome.Failed("OOMKilled", "limit", null)));
    return outcomes.get(random.nextInt(outcomes.size()));
  }

  private static void check(Case c) {
    VariantDecision decision = VariantDecisions.decide(c.facts(), NOW);
    String started =
        switch (decision) {
          case VariantDecision.StartBuild build -> "build";
          case VariantDecision.StartProbe probe -> "probe";
          case VariantDecision.Wait wait -> "";
        };
    assertThat(started).isEqualTo(c.starts());
    assertThat(decision.status().phase()).isEqualTo(c.phase());
    assertThat(Conditions.find(decision.status().conditions(), c.type()))
        .map(Condition::reason)
        .hasValue(c.why());
  }

  private static Case row(
      String name, VariantFacts facts, String starts, VariantPhase phase, String type, String why) {
    return new Case(name, facts, starts, phase, type, why);
  }

  private static VariantFacts pending() {
    return new VariantFacts(variant(null), MISSING, MISSING, null, null);
  }

  private static VariantFacts building(JobOutcome build) {
    return new VariantFacts(
        variant(status(VariantPhase.BUILDING).build()), build, MISSING, null, NODE);
  }

  private static VariantFacts buildingWithoutNode(JobOutcome build) {
    return new VariantFacts(
        variant(status(VariantPhase.BUILDING).build()), build, MISSING, null, NO_NODE);
  }

  private static VariantFacts buildingAfterLoss(JobOutcome build) {
    return new VariantFacts(
        variant(status(VariantPhase.BUILDING).lostJobs(1).build()), build, MISSING, null, NODE);
  }

  private static VariantFacts probing(JobOutcome probe) {
    return new VariantFacts(variant(published().build()), MISSING, probe, "node-1", NODE);
  }

  private static VariantFacts probingOriginal(JobOutcome probe) {
    return new VariantFacts(
        variant(
            published()
                .recipe("original")
                .excludedRecipes(List.of("dynamic-int8", "static-int8"))
                .trials(
                    TrialLedger.ruleOut(
                        TrialLedger.ruleOut(List.of(), "static-int8", "LatencyAboveGate", "slow"),
                        "dynamic-int8",
                        "LatencyAboveGate",
                        "slow"))
                .build()),
        MISSING,
        probe,
        "node-1",
        NODE);
  }

  private static VariantFacts failedUntil(long seconds) {
    return new VariantFacts(
        variant(
            status(VariantPhase.FAILED)
                .failures(1)
                .retryTime(NOW.plusSeconds(seconds).toString())
                .conditions(
                    List.of(
                        new Condition(
                            "Built", Condition.Status.FALSE, 1L, NOW.toString(), "x", "y")))
                .build()),
        MISSING,
        MISSING,
        null,
        null);
  }

  private static ModelVariantStatusBuilder published() {
    return status(VariantPhase.PROBING)
        .recipe("dynamic-int8")
        .artifact(new VariantArtifact("registry/v@" + DIGEST, DIGEST, 23_000_000))
        .conditions(
            List.of(
                new Condition(
                    "Proven", Condition.Status.FALSE, 1L, NOW.toString(), "Probing", "runs")));
  }

  private static ModelVariantStatusBuilder status(VariantPhase phase) {
    return ModelVariantStatusBuilder.builder().phase(phase).attempt(1);
  }

  private static ModelVariant variant(ModelVariantStatus status) {
    ModelVariant variant = new ModelVariant();
    variant.setMetadata(
        new ObjectMetaBuilder().withName("v").withNamespace("n").withGeneration(1L).build());
    variant.setSpec(
        ModelVariantSpecBuilder.builder()
            .key("k".repeat(64))
            .recipes(List.of(recipe("static-int8"), recipe("dynamic-int8")))
            .gates(new Constraints(null, null, "500ms", null))
            .fallback(Fallback.ORIGINAL)
            .build());
    variant.setStatus(status);
    return variant;
  }

  private static PolicyRecipe recipe(String name) {
    String steps = "[{\"quantize\":{\"scheme\":\"Dynamic\"}}]";
    return ContractJson.read(
        "{\"name\":\"" + name + "\",\"steps\":" + steps + "}", PolicyRecipe.class);
  }

  private static JobOutcome published(String recipe) {
    Trial trial =
        new Trial(recipe, TrialOutcome.ACCEPTED, null, null, 23_000_000, null, null, null);
    return succeeded(
        new BuildResult(
            BuildOutcome.PUBLISHED,
            null,
            "published",
            new PublishedArtifact("registry/v@" + DIGEST, DIGEST, 23_000_000),
            recipe,
            90_000_000,
            null,
            List.of(trial),
            false));
  }

  private static JobOutcome rejected() {
    return succeeded(
        new BuildResult(
            BuildOutcome.REJECTED, null, "none", null, null, 1, null, List.of(), false));
  }

  private static JobOutcome failed(FailureReason reason) {
    return new JobOutcome.Failed(
        "PodFailurePolicy", "exit", ContractJson.write(BuildResult.failed(reason, "told")));
  }

  private static JobOutcome probe(double p99) {
    return succeeded(
        new ProbeResult(
            null,
            "measured",
            new ProbeResult.GoldenAgreement(true, 1, 0, 8),
            new Latency(p99 / 2, p99, 50),
            1,
            100,
            "cpu"));
  }

  private static JobOutcome disagrees() {
    return new JobOutcome.Failed(
        "PodFailurePolicy",
        "exit 65",
        ContractJson.write(
            new ProbeResult(
                FailureReason.GOLDEN_MISMATCH,
                "differs",
                new ProbeResult.GoldenAgreement(false, 0.5, 1, 8),
                null,
                0,
                0,
                "cpu")));
  }

  private static JobOutcome probeFailed(FailureReason reason) {
    return new JobOutcome.Failed(
        "PodFailurePolicy", "exit 65", ContractJson.write(ProbeResult.failed(reason, "told")));
  }

  private static JobOutcome succeeded(Object result) {
    return new JobOutcome.Succeeded(ContractJson.write(result));
  }
}
