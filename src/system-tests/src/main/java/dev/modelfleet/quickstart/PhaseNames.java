package dev.modelfleet.quickstart;

import io.fabric8.kubernetes.client.utils.Serialization;

/** Shows an enum value as the API writes it. */
final class PhaseNames {

  private PhaseNames() {}

  static String of(Enum<?> phase) {
    return Serialization.asJson(phase).replace("\"", "");
  }
}
