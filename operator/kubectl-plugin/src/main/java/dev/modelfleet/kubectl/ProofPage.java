package dev.modelfleet.kubectl;

import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.ModelVariantStatus;
import dev.modelfleet.api.v1alpha1.ProofAccuracy;
import dev.modelfleet.api.v1alpha1.ProofLatency;
import dev.modelfleet.api.v1alpha1.VariantProof;
import dev.modelfleet.api.v1alpha1.VariantTrial;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The proof of a variant as one HTML file without scripts or links to elsewhere. */
final class ProofPage {

  private static final String STYLE =
      """
      body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
      table{border-collapse:collapse;margin:1rem 0;width:100%}
      th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #ccc}
      th{font-weight:600;white-space:nowrap}""";

  private ProofPage() {}

  /** The page, from what the cluster knows of the variant. */
  static String html(ModelVariant variant) {
    String name = variant.getMetadata().getName();
    StringBuilder page = new StringBuilder();
    page.append("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n");
    page.append("<title>Proof of ").append(escape(name)).append("</title>\n");
    page.append("<style>\n").append(STYLE).append("\n</style>\n");
    page.append("<h1>Proof of ").append(escape(name)).append("</h1>\n");
    page.append(table(List.of(), facts(variant)));
    ModelVariantStatus status = variant.getStatus();
    if (status != null && !status.trials().isEmpty()) {
      page.append("<h2>Recipes that were tried</h2>\n");
      page.append(
          table(
              List.of("Recipe", "Outcome", "Why", "Accuracy lost", "P99 on the builder"),
              status.trials().stream().map(ProofPage::trial).toList()));
    }
    return page.append("</html>\n").toString();
  }

  private static List<List<String>> facts(ModelVariant variant) {
    List<List<String>> rows = new ArrayList<>();
    var spec = variant.getSpec();
    add(rows, "Model", spec.modelName() + ", " + spec.source().uri());
    add(rows, "Digest of the original", spec.source().digest());
    add(rows, "Hardware target", spec.target().hardwareTarget());
    add(rows, "Content key", spec.key());
    ModelVariantStatus status = variant.getStatus();
    if (status == null) {
      return rows;
    }
    add(rows, "Phase", status.phase() == null ? null : PhaseWord.of(status.phase()));
    add(rows, "Recipe", status.recipe());
    add(rows, "Artifact", status.artifact() == null ? null : status.artifact().reference());
    if (status.proof() != null) {
      proof(rows, status.proof());
    }
    return rows;
  }

  private static void proof(List<List<String>> rows, VariantProof proof) {
    add(rows, "Size of the original", proof.sourceSize());
    add(rows, "Size", proof.size());
    ProofAccuracy accuracy = proof.accuracy();
    if (accuracy != null) {
      add(rows, "Accuracy of the original", accuracy.original());
      add(rows, "Accuracy", accuracy.variant());
      add(rows, "Accuracy lost", accuracy.drop());
      if (accuracy.dropLower() != null) {
        add(
            rows,
            "Confidence interval of the loss",
            "%s to %s (%s)"
                .formatted(accuracy.dropLower(), accuracy.dropUpper(), accuracy.confidence()));
      }
    }
    ProofLatency latency = proof.latency();
    if (latency != null) {
      add(rows, "Latency on the device, median", latency.p50());
      add(rows, "Latency on the device, 99th percentile", latency.p99());
      add(rows, "Measured on node", latency.node());
    }
    if (proof.energyPerInference() != null) {
      add(rows, "Energy of one inference", proof.energyPerInference() + " J");
    }
    add(rows, "Device", proof.device());
    add(rows, "Peak memory", proof.peakMemory());
    add(
        rows,
        "Golden inputs, least cosine",
        proof.golden() == null ? null : proof.golden().minCosine());
  }

  private static List<String> trial(VariantTrial trial) {
    return List.of(
        trial.recipe(),
        PhaseWord.of(trial.outcome()),
        shown(trial.message() == null ? trial.reason() : trial.message()),
        shown(trial.accuracyDrop()),
        shown(trial.latencyP99()));
  }

  private static String shown(String text) {
    return Objects.requireNonNullElse(text, "");
  }

  private static void add(List<List<String>> rows, String what, Object value) {
    if (value != null) {
      rows.add(List.of(what, value.toString()));
    }
  }

  private static String table(List<String> header, List<List<String>> rows) {
    StringBuilder text = new StringBuilder("<table>\n");
    if (!header.isEmpty()) {
      text.append(row("th", header));
    }
    rows.forEach(row -> text.append(row("td", row)));
    return text.append("</table>\n").toString();
  }

  private static String row(String tag, List<String> cells) {
    StringBuilder text = new StringBuilder("<tr>");
    cells.forEach(cell -> text.append('<').append(tag).append('>').append(escape(cell)));
    return text.append("\n").toString();
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
