package dev.modelfleet.api.crd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts the samples that the user guide names into the guide as they are in their files. */
final class UserGuide {

  /** The guide, relative to the repository's root. */
  static final String FILE = "src/docs/user-guide.md";

  private static final Pattern SAMPLE =
      Pattern.compile("(<!-- sample: (\\S+) -->\n```yaml\n)(?:(?!```)[^\n]*\n)*```\n");

  private UserGuide() {}

  /** The guide with the samples that it names. */
  static String of(Path root) {
    return SAMPLE
        .matcher(read(root.resolve(FILE)))
        .replaceAll(sample -> Matcher.quoteReplacement(withSample(root, sample)));
  }

  private static String withSample(Path root, MatchResult sample) {
    return sample.group(1) + read(root.resolve("src/samples").resolve(sample.group(2))) + "```\n";
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
