package dev.modelfleet.api.crd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts the samples that pages of the documentation name into them as they are in their files. */
final class SamplePages {

  /** Pages with samples, relative to the repository's root. */
  static final List<String> FILES =
      List.of(
          "src/docs/user-guide.md",
          "src/docs/compression.md",
          "src/docs/rollouts.md",
          "src/docs/member-clusters.md");

  private static final Pattern SAMPLE =
      Pattern.compile("(<!-- sample: (\\S+) -->\n```yaml\n)(?:(?!```)[^\n]*\n)*```\n");

  private SamplePages() {}

  /** A page with the samples that it names. */
  static String of(Path root, String file) {
    return SAMPLE
        .matcher(read(root.resolve(file)))
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
