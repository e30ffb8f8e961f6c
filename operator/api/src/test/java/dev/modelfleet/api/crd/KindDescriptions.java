package dev.modelfleet.api.crd;

import com.fasterxml.jackson.annotation.JsonClassDescription;

/** Describes a kind, by the annotation on its class. */
final class KindDescriptions {

  private KindDescriptions() {}

  static String of(Class<?> kind) {
    JsonClassDescription description = kind.getAnnotation(JsonClassDescription.class);
    if (description == null) {
      throw new IllegalStateException(
          kind.getName() + " has no @JsonClassDescription: say what the kind is");
    }
    return description.value();
  }
}
