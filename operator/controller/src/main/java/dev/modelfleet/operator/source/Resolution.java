package dev.modelfleet.operator.source;

/** What is known about the digest behind a URI. */
public sealed interface Resolution {

  /** The registry has been asked and has not answered yet. */
  record Pending() implements Resolution {}

  /**
   * The URI stands for this content.
   *
   * @param digest {@code sha256:…}
   */
  record Resolved(String digest) implements Resolution {}

  /**
   * The digest could not be had; it is asked for again after a while.
   *
   * @param reason UpperCamelCase, for conditions
   * @param message one sentence that names the URI and the fix
   */
  record Unresolved(String reason, String message) implements Resolution {}
}
