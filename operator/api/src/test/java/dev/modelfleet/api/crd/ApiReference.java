package dev.modelfleet.api.crd;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionNames;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes the API reference from the CRDs. */
final class ApiReference {

  /** A field whose members are those of another kind's spec: they are described once. */
  private static final String SAME_AS_POLICY = "spec.compression.inline";

  private final StringBuilder page = new StringBuilder();

  private final Path root;

  private ApiReference(Path root) {
    this.root = root;
  }

  /**
   * The page.
   *
   * @param root of the repository, where the comments of conditions and reasons are read
   */
  static String of(Path root, List<CustomResourceDefinition> crds) {
    ApiReference reference = new ApiReference(root);
    reference.head(crds);
    crds.forEach(reference::kind);
    return reference.page.toString();
  }

  private void head(List<CustomResourceDefinition> crds) {
    line("<!-- Generated from operator/api; never edited. To make it anew:");
    line("     " + Regeneration.COMMAND + " -->");
    line("# API reference");
    line("");
    line("Group `modelfleet.dev`, version `v1alpha1`. How the kinds work together is told in the");
    line("[user guide](user-guide.md). In a cluster, `kubectl explain KIND.spec` shows the same.");
    line("");
    line("| Kind | Short | Scope | What it is |");
    line("|---|---|---|---|");
    for (CustomResourceDefinition crd : crds) {
      CustomResourceDefinitionNames names = crd.getSpec().getNames();
      line(
          "| [%s](#%s) | `%s` | %s | %s |"
              .formatted(
                  names.getKind(),
                  names.getSingular(),
                  names.getShortNames().getFirst(),
                  crd.getSpec().getScope(),
                  cell(schema(crd).getDescription())));
    }
  }

  private void kind(CustomResourceDefinition crd) {
    line("");
    line("## " + crd.getSpec().getNames().getKind());
    line("");
    line(schema(crd).getDescription());
    columns(crd.getSpec().getVersions().getFirst());
    fields("Spec", "spec", schema(crd).getProperties().get("spec"));
    fields("Status", "status", schema(crd).getProperties().get("status"));
    conditions(ConditionVocabulary.of(root, crd.getSpec().getNames().getKind()));
    if (crd.getSpec().getNames().getKind().equals("ModelVariant")) {
      failures();
    }
  }

  private void conditions(ConditionVocabulary vocabulary) {
    line("");
    line("### Conditions");
    line("");
    line("| Type | Meaning |");
    line("|---|---|");
    vocabulary.types().forEach(this::word);
    line("");
    line("| Reason | Where and why |");
    line("|---|---|");
    vocabulary.reasons().forEach(this::word);
  }

  private void failures() {
    line("");
    line("Where a build or a probe could not be done, its own word is the reason:");
    line("");
    line("| Reason | Why |");
    line("|---|---|");
    ConditionVocabulary.failures(root).forEach(this::word);
  }

  private void word(ConditionVocabulary.Word word) {
    line("| `%s` | %s |".formatted(word.name(), cell(word.meaning())));
  }

  private void columns(CustomResourceDefinitionVersion version) {
    line("");
    line("`kubectl get` shows these columns; those in brackets with `-o wide`:");
    line(
        version.getAdditionalPrinterColumns().stream()
            .map(
                column -> {
                  String name = column.getName().toUpperCase(Locale.ROOT);
                  return column.getPriority() > 0 ? "[" + name + "]" : name;
                })
            .collect(Collectors.joining(", ", "NAME, ", ".")));
  }

  private void fields(String title, String root, JSONSchemaProps schema) {
    line("");
    line("### " + title);
    line("");
    line("| Field | Type and limits | Meaning |");
    line("|---|---|---|");
    List<String> rules = new ArrayList<>();
    rows(root, schema, rules);
    if (!rules.isEmpty()) {
      line("");
      line("Refused, with these messages:");
      line("");
      rules.forEach(rule -> line("- " + rule));
    }
  }

  private void rows(String path, JSONSchemaProps schema, List<String> rules) {
    schema
        .getXKubernetesValidations()
        .forEach(rule -> rules.add("`%s`: %s.".formatted(path, rule.getMessage())));
    if (path.equals(SAME_AS_POLICY)) {
      return;
    }
    for (Map.Entry<String, JSONSchemaProps> member : schema.getProperties().entrySet()) {
      String memberPath = path + "." + member.getKey();
      boolean required = schema.getRequired().contains(member.getKey());
      row(memberPath, member.getValue(), required);
      rows(memberPath, member.getValue(), rules);
    }
    if (schema.getItems() != null) {
      rows(path + "[]", schema.getItems().getSchema(), rules);
    }
  }

  private void row(String path, JSONSchemaProps schema, boolean required) {
    String meaning =
        path.equals(SAME_AS_POLICY)
            ? schema.getDescription() + " Fields: see [CompressionPolicy](#compressionpolicy)."
            : schema.getDescription();
    line("| `%s` | %s | %s |".formatted(path, cell(limits(schema, required)), cell(meaning)));
  }

  private static String limits(JSONSchemaProps schema, boolean required) {
    List<String> parts = new ArrayList<>();
    parts.add(SchemaType.of(schema));
    if (required) {
      parts.add("required");
    }
    if (schema.getDefault() != null) {
      parts.add("default `" + schema.getDefault() + "`");
    }
    parts.addAll(SchemaType.limits(schema));
    return String.join(", ", parts);
  }

  private static JSONSchemaProps schema(CustomResourceDefinition crd) {
    return crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("<", "&lt;");
  }

  private void line(String text) {
    page.append(text).append('\n');
  }
}
