package dev.modelfleet.compression.report;

import dev.modelfleet.artifact.LayerReport;
import dev.modelfleet.artifact.ProofReport;
import dev.modelfleet.artifact.Trial;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The layers of the accepted variant, or, where none was, of the one that was built last: a table
 * with a bar for each layer's size before and after.
 */
final class LayerSection {

  private static final int BAR = 180;

  private LayerSection() {}

  /** The section; empty where no layers are known. */
  static String html(ProofReport report) {
    return report.trials().stream()
        .filter(trial -> !trial.layers().isEmpty())
        .reduce((a, b) -> a.recipe().equals(report.recipe()) ? a : b)
        .map(LayerSection::section)
        .orElse("");
  }

  private static String section(Trial trial) {
    List<LayerReport> layers = trial.layers();
    long largest = layers.stream().mapToLong(LayerSection::larger).max().orElse(1);
    boolean reasons = layers.stream().anyMatch(layer -> layer.reason() != null);
    return "<h2>Layers of "
        + Html.escape(trial.recipe())
        + "</h2>\n<div class=\"scroll layers\">\n<table>\n<thead><tr><th>Layer</th><th>Operator</th>"
        + "<th>Before</th><th>After</th><th></th><th>Weights</th><th>Bits</th><th>SQNR</th>"
        + "<th>Zeros</th>"
        + (reasons ? "<th>Why</th>" : "")
        + "</tr></thead>\n<tbody>\n"
        + layers.stream()
            .map(layer -> row(layer, largest, reasons))
            .collect(Collectors.joining("\n"))
        + "\n"
        + totals(layers)
        + "\n</tbody>\n</table>\n</div>";
  }

  private static String row(LayerReport layer, long largest, boolean reasons) {
    return "<tr><th>"
        + Html.escape(layer.name())
        + "</th><td>"
        + Html.escape(layer.operator())
        + "</td><td>"
        + Figures.size(layer.sizeBefore())
        + "</td><td>"
        + Figures.size(layer.sizeAfter())
        + "</td><td>"
        + bars(layer, largest)
        + "</td><td>"
        + Html.escape(layer.precision())
        + "</td><td>"
        + Figures.number(layer.bits())
        + "</td><td>"
        + (layer.sqnr() == null ? "" : String.format(Locale.ROOT, "%.1f dB", layer.sqnr()))
        + "</td><td>"
        + (layer.sparsity() == null ? "" : Figures.percent(layer.sparsity()))
        + "</td>"
        + (reasons
            ? "<td>" + (layer.reason() == null ? "" : Html.escape(layer.reason())) + "</td>"
            : "")
        + "</tr>";
  }

  private static String bars(LayerReport layer, long largest) {
    return String.format(
        Locale.ROOT,
        "<svg viewBox=\"0 0 %d 14\" role=\"img\" aria-label=\"size before and after\">"
            + "<rect class=\"size-before\" x=\"0\" y=\"0\" width=\"%.1f\" height=\"6\"/>"
            + "<rect class=\"size-after\" x=\"0\" y=\"7\" width=\"%.1f\" height=\"6\"/></svg>",
        BAR,
        width(layer.sizeBefore(), largest),
        width(layer.sizeAfter(), largest));
  }

  private static double width(long size, long largest) {
    return Math.max(1, (double) BAR * size / largest);
  }

  private static long larger(LayerReport layer) {
    return Math.max(layer.sizeBefore(), layer.sizeAfter());
  }

  private static String totals(List<LayerReport> layers) {
    return "<tr><th>all layers</th><td>"
        + layers.size()
        + "</td><td>"
        + Figures.size(layers.stream().mapToLong(LayerReport::sizeBefore).sum())
        + "</td><td>"
        + Figures.size(layers.stream().mapToLong(LayerReport::sizeAfter).sum())
        + "</td></tr>";
  }
}
