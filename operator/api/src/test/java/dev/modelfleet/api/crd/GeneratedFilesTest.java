package dev.modelfleet.api.crd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What is generated and committed is what the Java types say. */
class GeneratedFilesTest {

  private static final Path ROOT = Path.of("../..");

  @TestFactory
  Stream<DynamicTest> committedFilesAreUpToDate() {
    return Regeneration.generatedDirectories().entrySet().stream()
        .map(
            directory ->
                DynamicTest.dynamicTest(
                    directory.getKey(),
                    () ->
                        assertThat(Regeneration.read(ROOT.resolve(directory.getKey())))
                            .as(
                                "%s differs from what the Java types say; run %s and commit",
                                directory.getKey(), Regeneration.COMMAND)
                            .isEqualTo(directory.getValue())));
  }
}
