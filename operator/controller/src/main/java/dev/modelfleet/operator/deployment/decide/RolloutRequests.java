package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.RejectedRevision;
import dev.modelfleet.api.v1alpha1.RolloutActions;
import dev.modelfleet.operator.rollout.decide.RolloutFacts.Promotions;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What people ask for by annotations ({@link RolloutActions}). What can't be understood does
 * nothing and is told.
 */
final class RolloutRequests {

  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);

  private final DeploymentFacts facts;
  private final Instant now;
  private final Map<String, String> annotations;
  private final List<String> problems = new ArrayList<>();

  RolloutRequests(DeploymentFacts facts, Instant now) {
    this.facts = facts;
    this.now = now;
    this.annotations =
        Optional.ofNullable(facts.deployment().getMetadata().getAnnotations()).orElseGet(Map::of);
  }

  /** What was not understood, in a sentence each that names the fix. */
  List<String> problems() {
    return List.copyOf(problems);
  }

  /** Whether an annotation pauses the rollout. */
  boolean paused() {
    String value = annotations.get(RolloutActions.PAUSED);
    if (value == null || value.equals("true") || value.equals("false")) {
      return "true".equals(value);
    }
    problem(RolloutActions.PAUSED, value, "write \"true\" or \"false\"");
    return false;
  }

  /** The kept revision that is to be served in place of the spec's. */
  Optional<Revision> undo() {
    String value = annotations.get(RolloutActions.UNDO);
    if (value == null) {
      return Optional.empty();
    }
    String[] parts = value.split("@", -1);
    if (parts.length != 2 || !parts[1].matches("[0-9]{1,18}")) {
      problem(RolloutActions.UNDO, value, "write <revision>@<metadata.generation>");
      return Optional.empty();
    }
    if (Long.parseLong(parts[1]) != facts.generation()) {
      return Optional.empty();
    }
    Optional<Revision> revision = facts.revision(parts[0]);
    if (revision.isEmpty()) {
      problem(RolloutActions.UNDO, value, "that revision is not kept: name one of " + kept());
    }
    return revision;
  }

  /** Whether a revision is to be given up. */
  boolean aborts(Revision update) {
    String value = annotations.get(RolloutActions.ABORT);
    if (value != null && !known(value, update)) {
      problem(RolloutActions.ABORT, value, "that revision is not kept: name one of " + kept());
    }
    return update.hash().equals(value);
  }

  /** Which gates are open for a revision. */
  Promotions promotions(Revision update) {
    String value = annotations.get(RolloutActions.PROMOTE);
    if (value == null) {
      return Promotions.NONE;
    }
    int slash = value.indexOf('/');
    if (slash <= 0 || slash == value.length() - 1) {
      problem(RolloutActions.PROMOTE, value, "write <revision>/<wave> or <revision>/*");
      return Promotions.NONE;
    }
    String revision = value.substring(0, slash);
    String wave = value.substring(slash + 1);
    if (!known(revision, update)) {
      problem(RolloutActions.PROMOTE, value, "that revision is not kept: name one of " + kept());
    }
    if (!revision.equals(update.hash())) {
      return Promotions.NONE;
    }
    boolean all = wave.equals(RolloutActions.ALL_WAVES);
    return new Promotions(all, all ? null : wave);
  }

  /** The rejections that still count. */
  List<RejectedRevision> standing(List<RejectedRevision> rejected) {
    String value = annotations.get(RolloutActions.RETRY);
    if (value == null) {
      return rejected;
    }
    int at = value.indexOf('@');
    Optional<Instant> time = at <= 0 ? Optional.empty() : time(value.substring(at + 1));
    if (time.isEmpty() || time.get().isAfter(now.plus(CLOCKS_DIFFER))) {
      problem(
          RolloutActions.RETRY,
          value,
          "write <revision>@<time>, with the present time as in 2026-01-31T12:00:00Z");
      return rejected;
    }
    String revision = value.substring(0, at);
    return rejected.stream()
        .filter(r -> !(r.revision().equals(revision) && isBefore(r.time(), time.get())))
        .toList();
  }

  private static boolean isBefore(String rejection, Instant retry) {
    return rejection == null || Instant.parse(rejection).isBefore(retry);
  }

  private static Optional<Instant> time(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private boolean known(String revision, Revision update) {
    return revision.equals(update.hash())
        || facts.revision(revision).isPresent()
        || Objects.equals(revision, facts.status().currentRevision());
  }

  private String kept() {
    return String.join(", ", facts.revisions().stream().map(Revision::hash).toList());
  }

  private void problem(String annotation, String value, String fix) {
    problems.add("annotation %s: %s has no effect: %s".formatted(annotation, value, fix));
  }
}
