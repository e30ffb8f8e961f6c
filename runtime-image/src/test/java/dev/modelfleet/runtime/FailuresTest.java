package dev.modelfleet.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever goes wrong in a command has one reason. */
class FailuresTest {

  static Stream<Arguments> failures() {
    return Stream.of(
        argumentSet(
            "a write to a full disk",
            new UncheckedIOException(new IOException("No space left on device")),
            FailureReason.INSUFFICIENT_STORAGE),
        argumentSet(
            "a file on a full disk",
            new UncheckedIOException(
                new FileSystemException("/tmp/x", null, "No space left on device")),
            FailureReason.INSUFFICIENT_STORAGE),
        argumentSet(
            "a quota",
            new UncheckedIOException(new IOException("Disk quota exceeded")),
            FailureReason.INSUFFICIENT_STORAGE),
        argumentSet(
            "another failure of the disk",
            new UncheckedIOException(new IOException("Input/output error")),
            FailureReason.INTERNAL_ERROR),
        argumentSet(
            "too little heap",
            new OutOfMemoryError("Java heap space"),
            FailureReason.INSUFFICIENT_MEMORY),
        argumentSet(
            "a broken model",
            new CompressionException(FailureReason.INVALID_MODEL, "broken"),
            FailureReason.INVALID_MODEL),
        argumentSet("a defect", new IllegalStateException(), FailureReason.INTERNAL_ERROR));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void hasItsReason(Throwable thrown, FailureReason reason) {
    Supplier<Object> work =
        () -> {
          if (thrown instanceof Error error) {
            throw error;
          }
          throw (RuntimeException) thrown;
        };

    FailureException failure =
        catchThrowableOfType(FailureException.class, () -> Failures.withReasons(work));

    assertThat(failure.reason()).isEqualTo(reason);
    assertThat(failure).hasMessageNotContaining("null)");
  }
}
