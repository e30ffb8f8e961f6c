package dev.modelfleet.operator.event;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

  /** The stories with those of equal type and reason told as one, in the order of their firsts. */
  public static List<Story> joined(List<Story> stories) {
    Map<List<String>, Story> joined = new LinkedHashMap<>();
    for (Story story : stories) {
      joined.merge(
          List.of(story.type(), story.reason()),
          story,
          (one, other) ->
              new Story(one.type(), one.reason(), one.message() + "; " + other.message()));
    }
    return List.copyOf(joined.values());
  }
}
