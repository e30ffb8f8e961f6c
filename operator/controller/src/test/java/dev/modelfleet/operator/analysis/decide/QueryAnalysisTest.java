package dev.modelfleet.operator.analysis.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.BearerTokenReference;
import dev.modelfleet.api.v1alpha1.PrometheusAnalysis;
import dev.modelfleet.api.v1alpha1.PrometheusQuery;
import dev.modelfleet.operator.rollout.decide.Judgement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class QueryAnalysisTest {

  private static final Instant SINCE = Instant.parse("2026-01-31T12:00:00Z");

  /** Answers, one every ten seconds from ten seconds on; NaN stands for none. */
  private record Judged(String what, double[] answers, Judgement judgement) {}

  private static Judged judged(String what, Judgement judgement, double... answers) {
    return new Judged(what, answers, judgement);
  }

  @TestFactory
  Stream<DynamicTest> answersInARow() {
    return Stream.of(
            judged("none yet", new Judgement.Open("query errors has not been answered yet")),
            judged("within", new Judgement.Passed(SINCE.plusSeconds(10)), 0.5),
            judged("on the bounds", new Judgement.Passed(SINCE.plusSeconds(20)), 0.1, 1),
            judged(
                "no answer",
                new Judgement.Open("query errors has no answer: not there"),
                0.5,
                Double.NaN),
            judged(
                "once above",
                new Judgement.Open(
                    "query errors gave 1.235, which is above its max of 1: 1 of the 3 times in a"
                        + " row that fail it"),
                0.5,
                1.23456),
            judged(
                "twice above, then within", new Judgement.Passed(SINCE.plusSeconds(30)), 2, 2, 1),
            judged(
                "above again and again",
                new Judgement.OutOfBounds(
                    "query errors gave 3, which is above its max of 1, 3 times in a row"),
                1.5,
                2,
                3),
            judged(
                "below again and again",
                new Judgement.OutOfBounds(
                    "query errors gave 0, which is below its min of 0.1, 3 times in a row"),
                0,
                0.05,
                0),
            judged(
                "infinitely many",
                new Judgement.OutOfBounds(
                    "query errors gave +Inf, which is above its max of 1, 3 times in a row"),
                2,
                2,
                Double.POSITIVE_INFINITY),
            judged(
                "a gap between",
                new Judgement.Open(
                    "query errors gave 2, which is above its max of 1: 1 of the 3 times in a row"
                        + " that fail it"),
                2,
                Double.NaN,
                2))
        .map(
            test ->
                DynamicTest.dynamicTest(
                    test.what(),
                    () -> {
                      QueryAnalysis analysis = analysis(query("errors", "up", "0.1", "1"));
                      Question question = analysis.questions().iterator().next();
                      assertThat(
                              analysis.judge(
                                  Set.of("edge"),
                                  SINCE,
                                  Map.of(question, measurements(test.answers()))))
                          .isEqualTo(test.judgement());
                    }));
  }

  @Test
  void whatWasMeasuredBeforeTheRevisionServedIsOfSomethingElse() {
    QueryAnalysis analysis = analysis(query("errors", "up", null, "1"));
    Question question = analysis.questions().iterator().next();
    assertThat(
            analysis.judge(
                Set.of("edge"), SINCE.plusSeconds(31), Map.of(question, measurements(2, 2, 2))))
        .isInstanceOf(Judgement.Open.class);
  }

  @Test
  void aQueryIsAskedForEachTargetWhereItNamesOne() {
    QueryAnalysis analysis =
        analysis(
            query("all", "up{ns='{{namespace}}',md='{{deployment}}',r='{{revision}}'}", "1", null),
            query("each", "p99{target='{{target}}',variant='{{variant}}'}", null, "1"));
    assertThat(analysis.questions())
        .extracting(Question::query)
        .containsExactlyInAnyOrder(
            "up{ns='ns',md='digits',r='r2'}",
            "p99{target='edge',variant='v-edge'}",
            "p99{target='gpu',variant='v-gpu'}");
    assertThat(analysis.questions())
        .allSatisfy(
            question -> {
              assertThat(question.address()).isEqualTo("http://prometheus:9090");
              assertThat(question.token()).isEqualTo(new BearerTokenReference("p", "token"));
              assertThat(question.namespace()).isEqualTo("ns");
            });
  }

  @Test
  void onlyTargetsThatServeTheRevisionAreJudged() {
    QueryAnalysis analysis = analysis(query("each", "p99{variant='{{variant}}'}", null, "1"));
    Map<Question, List<Measurement>> answers =
        Map.of(asked(analysis, "v-edge"), measurements(0.5), asked(analysis, "v-gpu"), List.of());
    assertThat(analysis.judge(Set.of("edge"), SINCE, answers)).isInstanceOf(Judgement.Passed.class);
    assertThat(analysis.judge(Set.of("edge", "gpu"), SINCE, answers))
        .isEqualTo(new Judgement.Open("query each for target gpu has not been answered yet"));
  }

  @Test
  void oneFailureOutweighsWhatIsOpenAndTheOldestAnswerCounts() {
    QueryAnalysis analysis =
        analysis(
            query("open", "a", null, "1"),
            query("failed", "b", null, "1"),
            query("passed", "c", null, "1"));
    Map<Question, List<Measurement>> answers =
        Map.of(asked(analysis, "b"), measurements(2, 2, 2), asked(analysis, "c"), measurements(1));
    assertThat(analysis.judge(Set.of("edge"), SINCE, answers))
        .isInstanceOf(Judgement.OutOfBounds.class);
    Map<Question, List<Measurement>> well =
        Map.of(
            asked(analysis, "a"),
            measurements(0),
            asked(analysis, "b"),
            measurements(0, 0),
            asked(analysis, "c"),
            measurements(1, 1, 1));
    assertThat(analysis.judge(Set.of("edge"), SINCE, well))
        .isEqualTo(new Judgement.Passed(SINCE.plusSeconds(10)));
  }

  @Test
  void oneTextWithTwoBoundsIsJudgedTwice() {
    QueryAnalysis analysis = analysis(query("low", "a", "1", null), query("high", "a", null, "2"));
    assertThat(analysis.questions()).hasSize(1);
    assertThat(
            analysis.judge(
                Set.of("edge"), SINCE, Map.of(asked(analysis, "a"), measurements(3, 3, 3))))
        .isInstanceOfSatisfying(
            Judgement.OutOfBounds.class, out -> assertThat(out.message()).contains("query high"));
  }

  private static Question asked(QueryAnalysis analysis, String part) {
    return analysis.questions().stream()
        .filter(question -> question.query().contains(part))
        .findFirst()
        .orElseThrow();
  }

  private static QueryAnalysis analysis(PrometheusQuery... queries) {
    return new QueryAnalysis(
        new PrometheusAnalysis(
            "http://prometheus:9090", new BearerTokenReference("p", "token"), List.of(queries)),
        new QueryAnalysis.Scope("ns", "digits", "r2", Map.of("edge", "v-edge", "gpu", "v-gpu")));
  }

  private static PrometheusQuery query(String name, String text, String min, String max) {
    return new PrometheusQuery(name, text, min, max);
  }

  private static List<Measurement> measurements(double... values) {
    List<Measurement> measurements = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      Instant time = SINCE.plusSeconds(10L * (i + 1));
      measurements.add(
          Double.isNaN(values[i])
              ? new Measurement.Unanswered(time, "not there")
              : new Measurement.Values(time, values[i], values[i]));
    }
    return measurements;
  }
}
