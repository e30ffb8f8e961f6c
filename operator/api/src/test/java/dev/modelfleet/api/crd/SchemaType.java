package dev.modelfleet.api.crd;

import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Says in words what type a schema is and what limits it has. */
final class SchemaType {

  private SchemaType() {}

  static String of(JSONSchemaProps schema) {
    if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
      return "integer or string";
    }
    if (!schema.getEnum().isEmpty()) {
      return schema.getEnum().stream()
          .map(value -> "`" + value.asText() + "`")
          .collect(Collectors.joining(", ", "one of ", ""));
    }
    if (schema.getAdditionalProperties() != null) {
      return "map of " + of(schema.getAdditionalProperties().getSchema());
    }
    return switch (schema.getType()) {
      case "array" -> "list of " + of(schema.getItems().getSchema());
      default -> schema.getType();
    };
  }

  static List<String> limits(JSONSchemaProps schema) {
    List<String> limits = new ArrayList<>();
    range(limits, schema.getMinimum(), schema.getMaximum(), "");
    range(limits, number(schema.getMinItems()), number(schema.getMaxItems()), " entries");
    range(limits, null, number(schema.getMaxProperties()), " entries");
    boolean fixed = schema.getXKubernetesIntOrString() != null;
    range(limits, null, fixed ? null : number(schema.getMaxLength()), " characters");
    if (schema.getPattern() != null) {
      limits.add("matches `" + schema.getPattern() + "`");
    }
    return limits;
  }

  private static Double number(Long value) {
    return value == null ? null : value.doubleValue();
  }

  private static void range(List<String> limits, Double min, Double max, String unit) {
    if (min != null && max != null) {
      limits.add("%d to %d%s".formatted(min.longValue(), max.longValue(), unit));
    } else if (max != null) {
      limits.add("at most %d%s".formatted(max.longValue(), unit));
    } else if (min != null) {
      limits.add("at least %d%s".formatted(min.longValue(), unit));
    }
  }
}
