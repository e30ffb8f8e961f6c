package dev.modelfleet.runtime;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;

/** The outer boundary of {@code build} and {@code probe}: every failure gets its reason. */
public final class Failures {

  private Failures() {}

  /** Does a command's work; whatever goes wrong becomes a {@link FailureException}. */
  public static <T> T withReasons(Supplier<T> work) {
    try {
      return work.get();
    } catch (FailureException e) {
      throw e;
    } catch (CompressionException e) {
      throw new FailureException(e.reason(), e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw RemoteFailures.onDisk(e);
    } catch (OutOfMemoryError e) {
      throw new FailureException(
          FailureReason.INSUFFICIENT_MEMORY,
          "the memory limit is too small for this model (" + e.getMessage() + "): raise it",
          e);
    } catch (RuntimeException e) {
      throw new FailureException(FailureReason.INTERNAL_ERROR, "a defect: " + e, e);
    }
  }
}
