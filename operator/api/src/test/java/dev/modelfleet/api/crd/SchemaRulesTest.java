package dev.modelfleet.api.crd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** What holds for every field of every kind. */
class SchemaRulesTest {

  @Test
  void everyFieldIsDescribed() {
    assertThat(
            violations(
                (path, schema) -> {
                  boolean described =
                      schema.getDescription() != null && schema.getDescription().length() >= 8;
                  return described || path.endsWith("[]") || path.endsWith(".metadata")
                      ? null
                      : "has no description: add @JsonPropertyDescription";
                }))
        .isEmpty();
  }

  @Test
  void everyTextIsBounded() {
    assertThat(
            violations(
                (path, schema) ->
                    !"string".equals(schema.getType())
                            || schema.getMaxLength() != null
                            || !schema.getEnum().isEmpty()
                            || path.matches("[A-Za-z]+\\.(apiVersion|kind)")
                        ? null
                        : "has no upper bound: add @Size(max = …)"))
        .isEmpty();
  }

  @Test
  void everyListAndMapIsBounded() {
    assertThat(
            violations(
                (path, schema) -> {
                  boolean unboundedList =
                      "array".equals(schema.getType()) && schema.getMaxItems() == null;
                  boolean unboundedMap =
                      schema.getAdditionalProperties() != null && schema.getMaxProperties() == null;
                  return unboundedList || unboundedMap
                      ? "has no upper bound: add @Size(max = …)"
                      : null;
                }))
        .isEmpty();
  }

  @Test
  void everyListSaysHowItMerges() {
    assertThat(
            violations(
                (path, schema) ->
                    "array".equals(schema.getType()) && schema.getXKubernetesListType() == null
                        ? "has no list type"
                        : null))
        .isEmpty();
  }

  @Test
  void everyRuleHasAMessageThatNamesTheFix() {
    assertThat(
            violations(
                (path, schema) ->
                    schema.getXKubernetesValidations().stream()
                            .allMatch(
                                rule ->
                                    rule.getMessage() != null && rule.getMessage().length() > 30)
                        ? null
                        : "has a rule without a message that names the fix"))
        .isEmpty();
  }

  @Test
  void everyKindHasAStatusAndAShortName() {
    assertThat(CrdManifests.definitions())
        .hasSize(6)
        .allSatisfy(
            crd -> {
              assertThat(crd.getSpec().getNames().getShortNames()).hasSize(1);
              assertThat(crd.getSpec().getNames().getCategories()).containsExactly("modelfleet");
              assertThat(crd.getSpec().getVersions())
                  .singleElement()
                  .satisfies(
                      version -> assertThat(version.getSubresources().getStatus()).isNotNull());
            });
  }

  private interface Rule {
    String violation(String path, JSONSchemaProps schema);
  }

  private static List<String> violations(Rule rule) {
    List<String> violations = new ArrayList<>();
    BiConsumer<String, JSONSchemaProps> check =
        (path, schema) -> {
          String violation = rule.violation(path, schema);
          if (violation != null) {
            violations.add(path + " " + violation);
          }
        };
    for (CustomResourceDefinition crd : CrdManifests.definitions()) {
      JSONSchemaProps root =
          crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
      walk(crd.getSpec().getNames().getKind(), root, check);
    }
    return violations;
  }

  private static void walk(
      String path, JSONSchemaProps schema, BiConsumer<String, JSONSchemaProps> visitor) {
    visitor.accept(path, schema);
    if (schema.getItems() != null) {
      walk(path + "[]", schema.getItems().getSchema(), visitor);
    }
    if (schema.getAdditionalProperties() != null) {
      walk(path + "[]", schema.getAdditionalProperties().getSchema(), visitor);
    }
    schema.getProperties().forEach((name, child) -> walk(path + "." + name, child, visitor));
  }
}
