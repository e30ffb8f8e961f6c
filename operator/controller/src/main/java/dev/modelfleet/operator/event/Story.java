package dev.modelfleet.operator.event;

/**
 * One thing that happened to an object, for people.
 *
 * @param type {@code Normal} or {@code Warning}
 * @param reason UpperCamelCase
 * @param message one sentence; equal sentences are told once
 */
public record Story(String type, String reason, String message) {

  /** Something expected. */
  public static Story normal(String reason, String message) {
    return new Story("Normal", reason, message);
  }

  /** Something that a person may have to look at. */
  public static Story warning(String reason, String message) {
    return new Story("Warning", reason, message);
  }
}
