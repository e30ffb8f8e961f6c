package dev.modelfleet.api.crd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is generated and committed is what the Java types say. */
class GeneratedFilesTest {

  private static final Path ROOT = Path.of("../..");

  @TestFactory
  Stream<DynamicTest> committedFilesAreUpToDate() {
    return Regeneration.files(ROOT).entrySet().stream()
        .map(
            file ->
                DynamicTest.dynamicTest(
                    file.getKey(),
                    () ->
                        assertThat(ROOT.resolve(file.getKey()))
                            .as("differs from what the Java types say; run " + Regeneration.COMMAND)
                            .hasContent(file.getValue())));
  }

  @Test
  void nothingElseLiesThere() {
    assertThat(Regeneration.staleFiles(ROOT))
        .as("no longer generated; run " + Regeneration.COMMAND)
        .isEmpty();
  }
}
