package dev.modelfleet.operator.status;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.Condition.Status;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Builds an object's conditions for one generation. A condition whose status is as before keeps its
 * transition time, so that an unchanged state gives an equal list and causes no write.
 */
public final class Conditions {

  /** Longest message that is kept; the API accepts up to 32768. */
  private static final int MAX_MESSAGE = 1024;

  private final List<Condition> before;
  private final long generation;
  private final Instant now;
  private final List<Condition> after = new ArrayList<>();

  /**
   * Starts a list.
   *
   * @param before conditions as the object has them; may be null
   * @param generation of the spec that was looked at
   * @param now time of transitions
   */
  public Conditions(List<Condition> before, long generation, Instant now) {
    this.before = before == null ? List.of() : before;
    this.generation = generation;
    this.now = now.truncatedTo(ChronoUnit.SECONDS);
  }

  /** Adds a condition that is always there. */
  public Conditions set(String type, boolean isTrue, String reason, String message) {
    return set(type, isTrue ? Status.TRUE : Status.FALSE, reason, message);
  }

  /** Adds a condition of which nothing is known yet. */
  public Conditions unknown(String type, String reason, String message) {
    return set(type, Status.UNKNOWN, reason, message);
  }

  /** Adds a condition that is there only while it is true. */
  public Conditions onlyWhile(boolean isTrue, String type, String reason, String message) {
    return isTrue ? set(type, true, reason, message) : this;
  }

  /** The conditions in the order in which they were added. */
  public List<Condition> list() {
    return List.copyOf(after);
  }

  /** The condition of a type, as the object has it. */
  public static Optional<Condition> find(List<Condition> conditions, String type) {
    return conditions == null
        ? Optional.empty()
        : conditions.stream().filter(c -> type.equals(c.type())).findFirst();
  }

  /** Whether the condition of a type is there and true. */
  public static boolean isTrue(List<Condition> conditions, String type) {
    return find(conditions, type).filter(Condition::isTrue).isPresent();
  }

  /** Adds a condition that is always there. */
  public Conditions set(String type, Status status, String reason, String message) {
    String since =
        find(before, type)
            .filter(old -> status == old.status())
            .map(Condition::lastTransitionTime)
            .orElse(now.toString());
    after.add(new Condition(type, status, generation, since, reason, bounded(message)));
    return this;
  }

  private static String bounded(String message) {
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE - 1) + "…";
  }
}
