package dev.modelfleet.runtime.serve.protocol;

/**
 * Whether something answers, and why not.
 *
 * @param ready whether it answers
 * @param reason empty where ready
 */
public record ServingState(boolean ready, String reason) {

  /** It answers. */
  public static final ServingState READY = new ServingState(true, "");

  public static ServingState notReady(String reason) {
    return new ServingState(false, reason);
  }
}
