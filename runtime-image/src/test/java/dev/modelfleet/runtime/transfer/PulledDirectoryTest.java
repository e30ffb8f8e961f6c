package dev.modelfleet.runtime.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelfleet.runtime.FailureException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory holds an artifact whole or says that it does not. */
class PulledDirectoryTest {

  @TempDir private Path temp;

  private static void write(Path directory, String name) {
    try {
      Files.writeString(directory.resolve(name), name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void isReplacedAsAWhole() {
    PulledDirectory directory = new PulledDirectory(temp);
    directory.replace("sha256:1", staging -> write(staging, "old"));
    assertThat(directory.holds("sha256:1")).isTrue();

    directory.replace("sha256:2", staging -> write(staging, "new"));

    assertThat(directory.holds("sha256:1")).isFalse();
    assertThat(directory.holds("sha256:2")).isTrue();
    assertThat(temp.resolve("new")).exists();
    assertThat(temp.resolve("old")).doesNotExist();
  }

  @Test
  void isIncompleteAfterABrokenPullAndHealsWithTheNext() {
    PulledDirectory directory = new PulledDirectory(temp);
    directory.replace("sha256:1", staging -> write(staging, "old"));

    assertThatThrownBy(
            () ->
                directory.replace(
                    "sha256:2",
                    staging -> {
                      write(staging, "half");
                      throw new IllegalStateException("killed");
                    }))
        .hasMessage("killed");
    assertThat(directory.holds("sha256:1")).isFalse();
    assertThat(directory.holds("sha256:2")).isFalse();

    directory.replace("sha256:2", staging -> write(staging, "new"));
    assertThat(directory.holds("sha256:2")).isTrue();
    assertThat(temp.toFile().list()).containsExactlyInAnyOrder("new", ".modelfleet-digest");
  }

  @Test
  void doesNotRemoveWhatNoPullPutThere() {
    write(temp, "precious");

    assertThatThrownBy(
            () -> new PulledDirectory(temp).replace("sha256:1", staging -> write(staging, "new")))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("name an empty directory");
    assertThat(temp.resolve("precious")).exists();
  }
}
