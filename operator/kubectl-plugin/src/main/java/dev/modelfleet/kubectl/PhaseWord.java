package dev.modelfleet.kubectl;

import dev.modelfleet.artifact.ContractJson;

/** Enum values as they stand in objects. */
final class PhaseWord {

  private PhaseWord() {}

  /** The word, for example {@code RollingOut}. */
  static String of(Enum<?> value) {
    return ContractJson.write(value).replace("\"", "");
  }
}
