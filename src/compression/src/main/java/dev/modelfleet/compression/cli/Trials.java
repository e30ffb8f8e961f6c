package dev.modelfleet.compression.cli;

import dev.modelfleet.artifact.Search;
import dev.modelfleet.artifact.SearchObjective;
import dev.modelfleet.artifact.SearchStrategy;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.TrialOutcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The trials of a run, and which of those that hold the gates is taken. */
final class Trials {

  private final SearchObjective objective;
  private final Path output;
  private final List<Trial> trials = new ArrayList<>();
  private String accepted;

  /**
   * @param objective what makes a variant the best; null where the first that passes is taken
   * @param output where the variants' directories are
   */
  Trials(SearchObjective objective, Path output) {
    this.objective = objective;
    this.output = output;
  }

  void add(Trial trial) {
    trials.add(trial);
    if (trial.outcome() == TrialOutcome.ACCEPTED && (accepted == null || isBetter(trial))) {
      accepted = trial.recipe();
    }
  }

  private boolean isBetter(Trial trial) {
    return objective != null
        && new Search(SearchStrategy.PARETO, null, objective, null)
                .preference()
                .compare(trial, trial(accepted))
            < 0;
  }

  private Trial trial(String recipe) {
    return trials.stream().filter(t -> t.recipe().equals(recipe)).findFirst().orElseThrow();
  }

  /** The recipe that is taken so far; null for none. */
  String accepted() {
    return accepted;
  }

  List<Trial> all() {
    return List.copyOf(trials);
  }

  /**
   * Makes the variant that is taken the result.
   *
   * @param keepOthers whether the others' directories stay
   * @return its recipe; null for none
   */
  String finish(boolean keepOthers) throws IOException {
    for (Trial trial : trials) {
      VariantDirectory directory = new VariantDirectory(output, trial.recipe());
      if (trial.recipe().equals(accepted)) {
        directory.promote();
      } else if (!keepOthers) {
        directory.remove();
      }
    }
    if (objective != null) {
      String message =
          "it holds the gates, and %s is better by %s"
              .formatted(accepted, objective.name().toLowerCase(Locale.ROOT));
      trials.replaceAll(
          trial ->
              trial.outcome() == TrialOutcome.ACCEPTED && !trial.recipe().equals(accepted)
                  ? trial.with(TrialOutcome.PASSED, Trial.NOT_THE_BEST, message)
                  : trial);
    }
    return accepted;
  }
}
