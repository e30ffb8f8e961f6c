package dev.modelfleet.operator.rollout.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.Rollout;
import dev.modelfleet.api.v1alpha1.RolloutBuilder;
import dev.modelfleet.api.v1alpha1.WaveBuilder;
import dev.modelfleet.api.v1alpha1.WavePhase;
import dev.modelfleet.api.v1alpha1.WaveSelector;
import dev.modelfleet.api.v1alpha1.WaveStatus;
import dev.modelfleet.operator.rollout.decide.RolloutFacts.Promotions;
import dev.modelfleet.operator.rollout.decide.RolloutPlan.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Two nodes, each a wave: the first one serves revision two, the second one still one. */
class WaveAnalysisTest {

  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
  private static final Instant SINCE = NOW.minusSeconds(60);
  private static final Judgement OPEN = new Judgement.Open("query errors has no answer");
  private static final Judgement OUT = new Judgement.OutOfBounds("query errors gave 2");

  private String soak;
  private boolean autoRollback = true;
  private Promotions promotions = Promotions.NONE;
  private List<WaveStatus> memory = List.of();

  @Test
  void goesOnWhenEverythingIsWithinItsBounds() {
    RolloutPlan plan = step(new Judgement.Passed(NOW), NOW).plan();
    assertThat(phases(plan)).containsExactly(WavePhase.COMPLETE, WavePhase.ROLLING_OUT);
    assertThat(plan.told()).containsEntry("edge/NODE/b", "two");
  }

  @Test
  void isNotPassedByAnAnswerThatIsOlderThanWhatItJudges() {
    RolloutPlan plan = step(new Judgement.Passed(SINCE.minusSeconds(1)), NOW).plan();
    assertThat(phases(plan)).containsExactly(WavePhase.ANALYZING, WavePhase.PENDING);
    assertThat(plan.told()).containsEntry("edge/NODE/b", "one");
  }

  @Test
  void isHeldButNotRolledBackWhileThereIsNoAnswer() {
    RolloutStep step = step(OPEN, NOW);
    assertThat(step.failure()).isNull();
    assertThat(step.plan().verdict())
        .isEqualTo(new Verdict.Analyzing("first", "query errors has no answer"));
    assertThat(step.plan().waves().getFirst().message()).isEqualTo("query errors has no answer");
    assertThat(step.plan().told()).containsEntry("edge/NODE/b", "one");
    assertThat(step.plan().next()).as("time alone changes nothing").isEmpty();
    memory = step.plan().waves();
    assertThat(step(OPEN, NOW.plusSeconds(86_400)).plan()).isEqualTo(step.plan());
  }

  @Test
  void failsWhenSomethingIsOutOfItsBounds() {
    memory = step(OPEN, NOW).plan().waves();
    RolloutStep step = step(OUT, NOW);
    assertThat(step.failure())
        .isEqualTo(
            new Verdict.Failed("first", "AnalysisFailed", "wave first: query errors gave 2"));
    assertThat(step.plan().told()).containsEntry("edge/NODE/a", "one");
    assertThat(phases(step.plan())).containsExactly(WavePhase.FAILED, WavePhase.PENDING);
    assertThat(step.plan().waves().getFirst().message()).isEqualTo("query errors gave 2");
  }

  @Test
  void isPromotedOverAMissingAnswerButNotOverABadOne() {
    memory = step(OPEN, NOW).plan().waves();
    promotions = new Promotions(false, "first");
    assertThat(phases(step(OPEN, NOW).plan())).startsWith(WavePhase.COMPLETE);
    assertThat(step(OUT, NOW).failure().reason()).isEqualTo("AnalysisFailed");
  }

  @Test
  void isJudgedAgainAtTheEndOfItsSoak() {
    soak = "1h";
    RolloutPlan soaking = step(OPEN, NOW).plan();
    assertThat(soaking.verdict()).isEqualTo(new Verdict.Soaking("first", NOW.plusSeconds(3600)));
    memory = soaking.waves();
    Instant end = NOW.plusSeconds(3600);
    assertThat(phases(step(new Judgement.Passed(NOW), end).plan())).startsWith(WavePhase.ANALYZING);
    assertThat(phases(step(new Judgement.Passed(end), end).plan())).startsWith(WavePhase.COMPLETE);
    assertThat(step(OUT, NOW.plusSeconds(60)).failure().reason()).isEqualTo("AnalysisFailed");
  }

  @Test
  void aFailureStandsWhereNothingIsRolledBackUntilAnAnswerSaysOtherwise() {
    autoRollback = false;
    memory = step(OPEN, NOW).plan().waves();
    RolloutPlan failed = step(OUT, NOW).plan();
    assertThat(failed.verdict()).isInstanceOf(Verdict.Failed.class);
    memory = failed.waves();
    RolloutPlan restarted = step(OPEN, NOW).plan();
    assertThat(restarted.verdict()).isEqualTo(failed.verdict());
    assertThat(restarted.waves()).isEqualTo(failed.waves());
    assertThat(phases(step(new Judgement.Passed(NOW), NOW).plan())).startsWith(WavePhase.COMPLETE);
  }

  private RolloutStep step(Judgement judgement, Instant now) {
    Rollout rollout =
        RolloutBuilder.builder()
            .waves(
                List.of(
                    WaveBuilder.builder()
                        .name("first")
                        .selector(new WaveSelector(Map.of("first", "yes"), Map.of()))
                        .soak(soak)
                        .build()))
            .build();
    RolloutFacts facts =
        new RolloutFacts(
            RolloutPolicy.of(rollout),
            List.of(node("a", "two", Map.of("first", "yes")), node("b", "one", Map.of())),
            "two",
            "one",
            Set.of(),
            memory,
            false,
            true,
            promotions,
            judgement);
    return RolloutPlanner.step(facts, autoRollback, now);
  }

  private static Unit node(String name, String revision, Map<String, String> labels) {
    return new Unit(
        Unit.Kind.NODE,
        "edge",
        name,
        labels,
        true,
        true,
        true,
        revision,
        revision,
        new Sight.Ready(SINCE));
  }

  private static List<WavePhase> phases(RolloutPlan plan) {
    return plan.waves().stream().map(WaveStatus::phase).toList();
  }
}
