package dev.modelfleet.runtime;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.runtime.remote.RemoteException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Locale;

/** What failures of the network and of the disk mean to the operator. */
public final class RemoteFailures {

  private RemoteFailures() {}

  /** A failure to fetch {@code uri}. */
  public static FailureException whileFetching(String uri, RemoteException e) {
    FailureReason reason =
        switch (e.kind()) {
          case UNKNOWN_HOST, NOT_FOUND, REFUSED, PROTOCOL -> FailureReason.SOURCE_NOT_FOUND;
          case UNREACHABLE -> FailureReason.SOURCE_UNREACHABLE;
          case UNAUTHORIZED -> FailureReason.REGISTRY_AUTH;
          case DIGEST_MISMATCH -> FailureReason.DIGEST_MISMATCH;
        };
    return new FailureException(reason, "cannot fetch " + uri + ": " + e.getMessage(), e);
  }

  /** A failure to publish to {@code reference}. */
  public static FailureException whilePublishing(Object reference, RemoteException e) {
    FailureReason reason =
        e.kind() == RemoteException.Kind.UNAUTHORIZED
            ? FailureReason.REGISTRY_AUTH
            : FailureReason.PUBLISH_FAILED;
    return new FailureException(
        reason, "cannot publish to " + reference + ": " + e.getMessage(), e);
  }

  /** A failure of the local disk. */
  public static FailureException onDisk(UncheckedIOException e) {
    IOException cause = e.getCause();
    if (isFull(cause)) {
      return new FailureException(
          FailureReason.INSUFFICIENT_STORAGE,
          "the disk of the working directory is full ("
              + e.getMessage()
              + "): raise the Job's ephemeral storage",
          e);
    }
    return new FailureException(FailureReason.INTERNAL_ERROR, e.getMessage(), e);
  }

  private static boolean isFull(Throwable cause) {
    String text =
        cause instanceof FileSystemException file && file.getReason() != null
            ? file.getReason()
            : String.valueOf(cause.getMessage());
    String lower = text.toLowerCase(Locale.ROOT);
    return lower.contains("no space left") || lower.contains("disk quota exceeded");
  }
}
