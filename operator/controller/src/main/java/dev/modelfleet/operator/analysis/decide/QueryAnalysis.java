package dev.modelfleet.operator.analysis.decide;

import dev.modelfleet.api.v1alpha1.PrometheusAnalysis;
import dev.modelfleet.api.v1alpha1.PrometheusQuery;
import dev.modelfleet.operator.rollout.decide.Judgement;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The queries of {@code spec.rollout.analysis.prometheus} for one revision: what is asked, and what
 * the answers say.
 *
 * <p>One value out of bounds may be chance, so it takes {@value #IN_A_ROW} answers in a row to fail
 * a revision; one or two hold it.
 */
public final class QueryAnalysis {

  /** So many answers out of bounds, one after the other, fail a revision. */
  public static final int IN_A_ROW = 3;

  private final PrometheusAnalysis spec;
  private final Scope scope;

  /**
   * An analysis.
   *
   * @param spec what is asked
   * @param scope what it is asked for
   */
  public QueryAnalysis(PrometheusAnalysis spec, Scope scope) {
    this.spec = spec;
    this.scope = scope;
  }

  /**
   * What is judged.
   *
   * @param namespace of the ModelDeployment
   * @param deployment its name
   * @param revision that is rolled out
   * @param variants name of the ModelVariant that each target gets, by the target's name
   */
  public record Scope(
      String namespace, String deployment, String revision, Map<String, String> variants) {

    public Scope {
      variants = Map.copyOf(variants);
    }
  }

  /**
   * A query for one target, or for all.
   *
   * @param target name of the target; null for all
   */
  private record Asked(PrometheusQuery query, String target, Question question) {

    String name() {
      return "query " + query.name() + (target == null ? "" : " for target " + target);
    }
  }

  /** What has to be asked. */
  public Set<Question> questions() {
    return asked(scope.variants().keySet()).stream()
        .map(Asked::question)
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * What the answers say.
   *
   * @param serving targets that serve the revision
   * @param since when the first of them did; older answers are of something else
   * @param answers to each question, the newest last
   */
  public Judgement judge(
      Set<String> serving, Instant since, Map<Question, List<Measurement>> answers) {
    List<Judgement> each =
        asked(serving).stream()
            .map(
                asked ->
                    judge(
                        asked,
                        answers.getOrDefault(asked.question(), List.of()).stream()
                            .filter(answer -> !answer.time().isBefore(since))
                            .toList()))
            .toList();
    return first(
        each, Judgement.OutOfBounds.class, first(each, Judgement.Open.class, oldest(each)));
  }

  private static Judgement first(
      List<Judgement> each, Class<? extends Judgement> kind, Judgement otherwise) {
    return each.stream().filter(kind::isInstance).findFirst().orElse(otherwise);
  }

  private static Judgement oldest(List<Judgement> each) {
    return new Judgement.Passed(
        each.stream()
            .map(j -> j instanceof Judgement.Passed(Instant asked) ? asked : Instant.MIN)
            .min(Instant::compareTo)
            .orElse(Instant.MIN));
  }

  private static Judgement judge(Asked asked, List<Measurement> answers) {
    if (answers.isEmpty()) {
      return new Judgement.Open(asked.name() + " has not been answered yet");
    }
    return switch (answers.getLast()) {
      case Measurement.Unanswered(Instant time, String why) ->
          new Judgement.Open(asked.name() + " has no answer: " + why);
      case Measurement.Values last -> {
        int times = outOfBounds(asked.query(), answers);
        yield times == 0 ? new Judgement.Passed(last.time()) : excess(asked, last, times);
      }
    };
  }

  private static Judgement excess(Asked asked, Measurement.Values values, int times) {
    PrometheusQuery query = asked.query();
    String what =
        above(query, values)
            ? "%s gave %s, which is above its max of %s"
                .formatted(asked.name(), number(values.highest()), query.max())
            : "%s gave %s, which is below its min of %s"
                .formatted(asked.name(), number(values.lowest()), query.min());
    return times < IN_A_ROW
        ? new Judgement.Open(
            "%s: %d of the %d times in a row that fail it".formatted(what, times, IN_A_ROW))
        : new Judgement.OutOfBounds("%s, %d times in a row".formatted(what, times));
  }

  /** How many of the last answers in a row are out of bounds. */
  private static int outOfBounds(PrometheusQuery query, List<Measurement> answers) {
    int times = 0;
    for (Measurement answer : answers.reversed()) {
      if (!(answer instanceof Measurement.Values values)
          || !(below(query, values) || above(query, values))) {
        return times;
      }
      times++;
    }
    return times;
  }

  private static boolean below(PrometheusQuery query, Measurement.Values values) {
    return query.min() != null && values.lowest() < Double.parseDouble(query.min());
  }

  private static boolean above(PrometheusQuery query, Measurement.Values values) {
    return query.max() != null && values.highest() > Double.parseDouble(query.max());
  }

  private static String number(double value) {
    return Double.isInfinite(value)
        ? (value > 0 ? "+Inf" : "-Inf")
        : new BigDecimal(value)
            .round(new MathContext(4, RoundingMode.HALF_EVEN))
            .stripTrailingZeros()
            .toString();
  }

  private List<Asked> asked(Collection<String> targets) {
    List<String> sorted = targets.stream().sorted().toList();
    return spec.queries().stream()
        .flatMap(
            query ->
                (perTarget(query) ? sorted : Collections.<String>singletonList(null))
                    .stream().map(target -> asked(query, target)))
        .toList();
  }

  private Asked asked(PrometheusQuery query, String target) {
    Question question =
        new Question(
            scope.namespace(),
            spec.address(),
            spec.bearerTokenSecretRef(),
            filled(query.query(), target));
    return new Asked(query, target, question);
  }

  private static boolean perTarget(PrometheusQuery query) {
    return query.query().contains("{{target}}") || query.query().contains("{{variant}}");
  }

  private String filled(String query, String target) {
    String common =
        query
            .replace("{{namespace}}", scope.namespace())
            .replace("{{deployment}}", scope.deployment())
            .replace("{{revision}}", scope.revision());
    return target == null
        ? common
        : common
            .replace("{{target}}", target)
            .replace("{{variant}}", scope.variants().getOrDefault(target, ""));
  }
}
