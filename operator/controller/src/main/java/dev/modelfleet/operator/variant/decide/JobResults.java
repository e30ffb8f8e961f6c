package dev.modelfleet.operator.variant.decide;

import dev.modelfleet.artifact.BuildResult;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.ProbeResult;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Reads what Jobs wrote as their termination messages. A message that is not complete is as good as
 * none: a container can be killed while it writes.
 */
final class JobResults {

  private JobResults() {}

  /** A build's result, complete for its outcome. */
  static Optional<BuildResult> build(String message) {
    return read(message, BuildResult.class, JobResults::isComplete);
  }

  /** A probe's result: measurements, or the reason why there are none. */
  static Optional<ProbeResult> probe(String message) {
    return read(
        message,
        ProbeResult.class,
        result -> result.reason() != null || (result.golden() != null && result.latency() != null));
  }

  /** The name of a failure's reason, as it stands in conditions. */
  static String name(FailureReason reason) {
    return ContractJson.write(reason).replace("\"", "");
  }

  private static boolean isComplete(BuildResult result) {
    if (result.outcome() == null) {
      return false;
    }
    return switch (result.outcome()) {
      case PUBLISHED ->
          result.recipe() != null
              && result.artifact() != null
              && result.artifact().reference() != null
              && result.artifact().digest() != null;
      case REJECTED -> true;
      case FAILED -> result.reason() != null;
    };
  }

  private static <T> Optional<T> read(String message, Class<T> type, Predicate<T> complete) {
    if (message == null) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(ContractJson.read(message, type)).filter(complete);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
