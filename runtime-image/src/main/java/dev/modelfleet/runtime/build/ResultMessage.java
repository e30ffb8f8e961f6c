package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.BuildResult;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.TrialOutcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Makes a result fit into a termination message. What explains goes first, what decides stays:
 * trials' messages are shortened, then left out, then trials that were not accepted are left out
 * from the end, then the result's own message is shortened.
 */
final class ResultMessage {

  private static final int SHORT = 120;
  private static final int LONGEST_MESSAGE = 500;

  private ResultMessage() {}

  /** The result as JSON of at most {@link BuildResult#MAX_BYTES} bytes. */
  static String fit(BuildResult result) {
    return candidates(result)
        .map(ContractJson::write)
        .filter(ResultMessage::fits)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "the result does not fit into a termination message: " + result));
  }

  private static Stream<BuildResult> candidates(BuildResult result) {
    List<Trial> all = result.trials().stream().map(ResultMessage::withoutSteps).toList();
    List<Trial> brief = all.stream().map(t -> withMessage(t, shorten(t.message(), SHORT))).toList();
    List<Trial> silent = all.stream().map(t -> withMessage(t, null)).toList();
    return Stream.of(
            Stream.of(with(result, all), with(result, brief), with(result, silent)),
            fewer(silent).map(trials -> with(result, trials)),
            Stream.of(
                withMessage(with(result, List.of()), shorten(result.message(), LONGEST_MESSAGE))))
        .flatMap(part -> part);
  }

  /** Lists with one trial less each, the last one that was not accepted first. */
  private static Stream<List<Trial>> fewer(List<Trial> trials) {
    return Stream.iterate(Optional.of(trials), Optional::isPresent, list -> oneLess(list.get()))
        .map(Optional::get);
  }

  private static Optional<List<Trial>> oneLess(List<Trial> trials) {
    for (int i = trials.size() - 1; i >= 0; i--) {
      if (trials.get(i).outcome() != TrialOutcome.ACCEPTED) {
        List<Trial> rest = new ArrayList<>(trials);
        rest.remove(i);
        return Optional.of(rest);
      }
    }
    return Optional.empty();
  }

  private static boolean fits(String json) {
    return json.getBytes(StandardCharsets.UTF_8).length <= BuildResult.MAX_BYTES;
  }

  private static String shorten(String text, int length) {
    if (text == null || text.codePointCount(0, text.length()) <= length) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, length)) + "…";
  }

  private static Trial withoutSteps(Trial t) {
    return new Trial(
        t.recipe(),
        t.outcome(),
        t.reason(),
        t.message(),
        t.size(),
        t.accuracy(),
        t.latency(),
        List.of());
  }

  private static Trial withMessage(Trial t, String message) {
    return new Trial(
        t.recipe(),
        t.outcome(),
        t.reason(),
        message,
        t.size(),
        t.accuracy(),
        t.latency(),
        List.of());
  }

  private static BuildResult with(BuildResult r, List<Trial> trials) {
    return new BuildResult(
        r.outcome(),
        r.reason(),
        r.message(),
        r.artifact(),
        r.recipe(),
        r.sourceSize(),
        r.originalLatency(),
        trials,
        r.reused());
  }

  private static BuildResult withMessage(BuildResult r, String message) {
    return new BuildResult(
        r.outcome(),
        r.reason(),
        message,
        r.artifact(),
        r.recipe(),
        r.sourceSize(),
        r.originalLatency(),
        r.trials(),
        r.reused());
  }
}
