package dev.modelfleet.api.crd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A kind's condition types and their reasons, with the comments that stand beside the constants in
 * {@code <Kind>Conditions.java}.
 */
record ConditionVocabulary(List<Word> types, List<Word> reasons) {

  private static final Pattern CONSTANT =
      Pattern.compile("/\\*\\*([^/]*?)\\*/\\s*public static final String \\w+\\s*=\\s*\"(\\w+)\";");

  private static final Pattern FAILURE =
      Pattern.compile("/\\*\\*([^/]*?)\\*/\\s*@JsonProperty\\(\"(\\w+)\"\\)");

  /**
   * A condition type or a reason.
   *
   * @param name as it stands in a status
   * @param meaning in a sentence
   */
  record Word(String name, String meaning) {}

  /** Reads the source of the constants of a kind. */
  static ConditionVocabulary of(Path root, String kind) {
    Path source =
        root.resolve("operator/api/src/main/java/dev/modelfleet/api/v1alpha1")
            .resolve(kind + "Conditions.java");
    String text = read(source);
    int reasons = text.indexOf("class Reason");
    return new ConditionVocabulary(
        words(text.substring(0, reasons), CONSTANT), words(text.substring(reasons), CONSTANT));
  }

  private static String read(Path source) {
    try {
      return Files.readString(source);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + source, e);
    }
  }

  /** Reasons of failed builds and probes, from the contract. */
  static List<Word> failures(Path root) {
    return words(
        read(root.resolve("src/artifact/src/main/java/dev/modelfleet/artifact/FailureReason.java")),
        FAILURE);
  }

  private static List<Word> words(String source, Pattern constant) {
    return constant.matcher(source).results().map(ConditionVocabulary::word).toList();
  }

  private static Word word(MatchResult constant) {
    return new Word(
        constant.group(2), constant.group(1).replaceAll("\\s*\\n\\s*\\*?\\s*", " ").strip());
  }
}
