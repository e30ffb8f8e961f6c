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

  /**
   * When it was said that a revision is to be given up; empty where it was not, or where a newer
   * retry takes that back. Said without a time, it stands until it is removed.
   */
  Optional<Instant> aborted(Revision update) {
    String value = annotations.get(RolloutActions.ABORT);
    if (value == null) {
      return Optional.empty();
    }
    int at = value.indexOf('@');
    String revision = at < 0 ? value : value.substring(0, at);
    Instant time = at < 0 ? now : time(value.substring(at + 1)).orElse(null);
    if (isNoPast(time)) {
      problem(
          RolloutActions.ABORT,
          value,
          "write <revision>, or <revision>@<time> with the present time as in 2026-01-31T12:00:00Z");
      return Optional.empty();
    }
    if (!known(revision, update)) {
      problem(RolloutActions.ABORT, value, "that revision is not kept: name one of " + kept());
    }
    boolean retried =
        at >= 0
            && retry().filter(r -> r.isOf(revision)).stream().anyMatch(r -> r.time().isAfter(time));
    return revision.equals(update.hash()) && !retried ? Optional.of(time) : Optional.empty();
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
    Optional<Retry> retry = retry();
    if (retry.isEmpty()) {
      problem(
          RolloutActions.RETRY,
          value,
          "write <revision>@<time>, with the present time as in 2026-01-31T12:00:00Z");
      return rejected;
    }
    List<RejectedRevision> standing =
        rejected.stream().filter(rejection -> !retry.get().forgets(rejection)).toList();
    boolean stays = retry.get().revision().equals(annotations.get(RolloutActions.ABORT));
    if (stays && standing.size() < rejected.size()) {
      problem(
          RolloutActions.RETRY,
          value,
          "annotation %s names that revision without a time and stands: remove it, or write it as <revision>@<time>"
              .formatted(RolloutActions.ABORT));
    }
    return stays ? rejected : standing;
  }

  /** That a revision is to be tried again although it was rejected until then. */
  private record Retry(String revision, Instant time) {

    boolean isOf(String other) {
      return revision.equals(other);
    }

    /** Times are written in whole seconds: the same one counts as before. */
    boolean forgets(RejectedRevision rejection) {
      return isOf(rejection.revision())
          && (rejection.time() == null || !Instant.parse(rejection.time()).isAfter(time));
    }
  }

  private Optional<Retry> retry() {
    String value = annotations.get(RolloutActions.RETRY);
    int at = value == null ? -1 : value.indexOf('@');
    return at <= 0
        ? Optional.empty()
        : time(value.substring(at + 1))
            .filter(time -> !isNoPast(time))
            .map(time -> new Retry(value.substring(0, at), time));
  }

  /** Whether there is no time, or one that lies further ahead than clocks differ. */
  private boolean isNoPast(Instant time) {
    return time == null || time.isAfter(now.plus(CLOCKS_DIFFER));
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
