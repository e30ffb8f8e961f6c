package dev.modelfleet.api.crd;

import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Adds to a generated schema what the generator has no annotation for: descriptions of the
 * top-level fields, list keys, bounds of numbers-or-texts, that embedded objects are kept whole;
 * and removes the second of two equal rules that a record component yields by its field and its
 * accessor.
 */
final class SchemaCompletion {

  /** Long enough for every quantity and share. */
  private static final long MAX_INT_OR_STRING_LENGTH = 32;

  private SchemaCompletion() {}

  static void complete(JSONSchemaProps root, Class<?> kind) {
    root.setDescription(KindDescriptions.of(kind));
    root.getProperties()
        .put("apiVersion", text("Version of the schema of this object: modelfleet.dev/v1alpha1."));
    root.getProperties().put("kind", text("Kind of this object: " + kind.getSimpleName() + "."));
    JSONSchemaProps metadata = new JSONSchemaProps();
    metadata.setType("object");
    root.getProperties().put("metadata", metadata);
    root.getProperties().get("spec").setDescription("What is wanted.");
    root.getProperties()
        .get("status")
        .setDescription("What was last observed; written by the operator only.");
    root.setRequired(List.of("spec"));
    completeTree(root);
  }

  private static void completeTree(JSONSchemaProps schema) {
    schema.setXKubernetesValidations(distinct(schema.getXKubernetesValidations()));
    if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
      schema.setMaxLength(MAX_INT_OR_STRING_LENGTH);
    }
    if (Boolean.TRUE.equals(schema.getXKubernetesEmbeddedResource())) {
      schema.setXKubernetesPreserveUnknownFields(true);
    }
    if ("array".equals(schema.getType())) {
      JSONSchemaProps items = schema.getItems().getSchema();
      setListType(schema, items);
      completeTree(items);
    }
    if (schema.getAdditionalProperties() != null) {
      completeTree(schema.getAdditionalProperties().getSchema());
    }
    schema.getProperties().values().forEach(SchemaCompletion::completeTree);
  }

  /** Lists of named objects merge by name and have unique names; conditions by type. */
  private static void setListType(JSONSchemaProps list, JSONSchemaProps items) {
    List<String> required = items.getRequired();
    if (required.containsAll(List.of("type", "status", "lastTransitionTime"))) {
      setMapKey(list, "type");
    } else if (required.contains("name")) {
      setMapKey(list, "name");
    } else if (items.getEnum() != null && !items.getEnum().isEmpty()) {
      list.setXKubernetesListType("set");
    } else {
      list.setXKubernetesListType("atomic");
    }
  }

  private static void setMapKey(JSONSchemaProps list, String key) {
    list.setXKubernetesListType("map");
    list.setXKubernetesListMapKeys(List.of(key));
  }

  private static List<ValidationRule> distinct(List<ValidationRule> rules) {
    return new ArrayList<>(new LinkedHashSet<>(rules));
  }

  private static JSONSchemaProps text(String description) {
    JSONSchemaProps schema = new JSONSchemaProps();
    schema.setType("string");
    schema.setDescription(description);
    return schema;
  }
}
