package dev.modelfleet.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.runtime.FailureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Archives of hostile origin write nothing outside their directory and fill no disk. */
class SafeTarTest {

  private static final byte[] CONTENT = new byte[100];

  @TempDir private Path temp;

  static Stream<Arguments> hostileArchives() {
    return Stream.of(
        argumentSet("absolute path", tar().file("/etc/canary", CONTENT), "/etc/canary"),
        argumentSet("parent directory", tar().file("../canary", CONTENT), "../canary"),
        argumentSet("hidden parent", tar().file("a/../../canary", CONTENT), "a/../../canary"),
        argumentSet("harmless parent", tar().file("a/../canary", CONTENT), "a/../canary"),
        argumentSet("backslashes", tar().file("..\\canary", CONTENT), "..\\canary"),
        argumentSet("symbolic link", special("canary", TarConstants.LF_SYMLINK, "/etc"), "a link"),
        argumentSet("hard link", special("canary", TarConstants.LF_LINK, "../canary"), "a link"),
        argumentSet("device", special("canary", TarConstants.LF_CHR, ""), "special file"),
        argumentSet("pipe", special("canary", TarConstants.LF_FIFO, ""), "special file"));
  }

  @ParameterizedTest
  @MethodSource("hostileArchives")
  void isRefused(TarBuilder archive, String named) throws IOException {
    FailureException failure = unpackFailure(archive.build(), new UnpackLimits(1000, 10));

    assertThat(failure.reason()).isEqualTo(FailureReason.UNSAFE_PATH);
    assertThat(failure).hasMessageContaining(named).hasMessageContaining("the archive");
    assertThat(temp.resolve("canary")).doesNotExist();
  }

  @Test
  void aBombEndsAtTheLimitOfBytes() throws IOException {
    byte[] bomb = tar().file("zeros", new byte[5_000_000]).gzip();
    assertThat(bomb).hasSizeLessThan(10_000);

    FailureException failure = unpackFailure(bomb, new UnpackLimits(1_000_000, 10));

    assertThat(failure.reason()).isEqualTo(FailureReason.INVALID_MODEL);
    assertThat(failure).hasMessageContaining("1000000 bytes");
    assertThat(Files.size(temp.resolve("root/zeros"))).isLessThanOrEqualTo(1_000_000);
  }

  @Test
  void theNumberOfFilesIsBounded() throws IOException {
    TarBuilder many = tar();
    for (int i = 0; i < 11; i++) {
      many.file("file" + i, new byte[0]);
    }

    assertThat(unpackFailure(many.build(), new UnpackLimits(1000, 10)))
        .hasMessageContaining("10 files");
  }

  @Test
  void aTruncatedArchiveIsInvalid() throws IOException {
    byte[] whole = tar().file("a", new byte[5000]).build();
    byte[] gzip = tar().file("a", new byte[5000]).gzip();

    for (byte[] archive : new byte[][] {whole, gzip}) {
      byte[] half = Arrays.copyOf(archive, archive == whole ? 2000 : gzip.length / 2);
      assertThat(unpackFailure(half, new UnpackLimits(10_000, 10)).reason())
          .isEqualTo(FailureReason.INVALID_MODEL);
    }
  }

  private FailureException unpackFailure(byte[] archive, UnpackLimits limits) throws IOException {
    Path file = Files.write(temp.resolve("archive"), archive);
    SafeTar tar = new SafeTar(temp.resolve("root"), limits);
    return catchThrowableOfType(FailureException.class, () -> tar.unpack(file, "the archive"));
  }

  private static TarBuilder tar() {
    return new TarBuilder();
  }

  private static TarBuilder special(String name, byte kind, String linkName) {
    return tar().special(name, kind, linkName);
  }
}
