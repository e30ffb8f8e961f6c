package dev.modelfleet.kubectl;

/** What is wrong and what to do about it, in a sentence for people. */
final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CommandException(String message) {
    super(message);
  }
}
