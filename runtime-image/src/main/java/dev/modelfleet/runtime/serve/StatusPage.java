package dev.modelfleet.runtime.serve;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.ProofReport;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.TrialOutcome;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.report.Figures;
import dev.modelfleet.compression.report.Html;
import dev.modelfleet.runtime.serve.http.FrontEndContext;
import dev.modelfleet.runtime.serve.metrics.ModelStatistics;
import dev.modelfleet.runtime.serve.model.ModelSlot;
import dev.modelfleet.runtime.serve.model.ServedModel;
import dev.modelfleet.runtime.serve.model.VariantSource;
import dev.modelfleet.runtime.serve.protocol.ServingState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * {@code /}: what is served, by what proof, and how it is doing, for people. Plain HTML without
 * scripts; everything in it that comes from files is escaped.
 */
final class StatusPage {

  private static final double MIB = 1 << 20;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double MICROS_PER_MILLI = 1e3;

  private static final String HEAD =
      """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="10">
      <title>Modelfleet</title><style>
      body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:60em;padding:0 1em}
      table{border-collapse:collapse;margin:0 0 1.5em}
      th,td{text-align:left;vertical-align:top;padding:.15em 1.5em .15em 0;border-bottom:1px solid #ddd}
      th{font-weight:600;white-space:nowrap}
      </style></head><body>
      """;

  private final FrontEndContext context;
  private final IntSupplier inFlight;

  StatusPage(FrontEndContext context, IntSupplier inFlight) {
    this.context = context;
    this.inFlight = inFlight;
  }

  /** The page as of now. Reads reports: not for an event loop. */
  String render() {
    StringBuilder html = new StringBuilder(HEAD);
    html.append("<h1>Modelfleet</h1>");
    table(html, server());
    for (ModelSlot slot : context.models().slots()) {
      html.append("<h2>")
          .append(Html.escape(slot.name()))
          .append(", version ")
          .append(Html.escape(slot.version()))
          .append("</h2>");
      table(html, model(slot));
    }
    return html.append("</body></html>\n").toString();
  }

  private static void table(StringBuilder html, Map<String, String> rows) {
    html.append("<table>");
    rows.forEach(
        (name, value) ->
            html.append("<tr><th>")
                .append(Html.escape(name))
                .append("</th><td>")
                .append(Html.escape(value))
                .append("</td></tr>\n"));
    html.append("</table>");
  }

  private Map<String, String> server() {
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("state", state(context.state().get()));
    rows.put("version", context.version());
    rows.put("up", seconds(ProcessFacts.secondsSinceStart()));
    rows.put("resident memory", mebibytes(ProcessFacts.residentBytes()));
    rows.put("connections", Integer.toString(context.connections().count()));
    rows.put("requests in flight", Integer.toString(inFlight.getAsInt()));
    return rows;
  }

  private static Map<String, String> model(ModelSlot slot) {
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("state", state(slot.state()));
    if (slot.golden() != null) {
      rows.put("golden inputs", slot.golden().summary());
    }
    if (slot.serving() != null) {
      proof(rows, slot.serving().origin().source());
      execution(rows, slot.serving());
      figures(rows, slot.serving());
    }
    return rows;
  }

  private static String state(ServingState state) {
    return state.ready() ? "ready" : "not ready: " + state.reason();
  }

  private static void proof(Map<String, String> rows, VariantSource source) {
    rows.put("recipe", source.manifest().recipe());
    Path report = source.directory().resolve(VariantManifest.REPORT_FILE);
    if (!Files.isRegularFile(report)) {
      rows.put("proof", "none: the variant comes without " + VariantManifest.REPORT_FILE);
      return;
    }
    try {
      proof(rows, ContractJson.read(Files.readString(report), ProofReport.class));
    } catch (IOException | IllegalArgumentException e) {
      rows.put("proof", "%s can't be read: %s".formatted(report.getFileName(), e.getMessage()));
    }
  }

  private static void proof(Map<String, String> rows, ProofReport report) {
    rows.put("original", report.source() == null ? "unknown" : report.source().uri());
    for (Trial trial : report.trials()) {
      if (trial.outcome() == TrialOutcome.ACCEPTED) {
        rows.put("size", mebibytes(trial.size()) + ", original " + mebibytes(report.sourceSize()));
        if (trial.accuracy() != null) {
          rows.put(
              "accuracy",
              String.format(
                  Locale.ROOT,
                  "%s %.4f, original %.4f: %s lost, %d samples",
                  Figures.metric(trial.accuracy().metric()),
                  trial.accuracy().variant(),
                  trial.accuracy().original(),
                  Figures.loss(trial.accuracy()),
                  trial.accuracy().samples()));
        }
      }
    }
    rows.put("built by", report.builderVersion() + " on " + report.builder());
  }

  private static void execution(Map<String, String> rows, ServedModel model) {
    String fallback =
        model.fallbackReason().isEmpty() ? "" : ", the fallback: " + model.fallbackReason();
    rows.put("execution provider", model.provider() + fallback);
    rows.put(
        "execution",
        "%s, batches up to %d"
            .formatted(
                model.threads().summary(model.options().instances()),
                Math.max(1, model.options().batching().maxSize())));
  }

  private static void figures(Map<String, String> rows, ServedModel model) {
    ModelStatistics statistics = model.statistics();
    rows.put("answered", Long.toString(statistics.success.count()));
    rows.put("refused or failed", Long.toString(statistics.failure.count()));
    rows.put("waiting", Integer.toString(model.queueDepth()));
    rows.put("runs of the model", Long.toString(statistics.executions()));
    if (statistics.success.count() > 0) {
      rows.put(
          "time of a request",
          String.format(
              Locale.ROOT,
              "mean %.2f ms, half below %.2f ms, 99%% below %.2f ms",
              statistics.success.nanos() / NANOS_PER_MILLI / statistics.success.count(),
              statistics.requestDurations.quantileMicros(0.5) / MICROS_PER_MILLI,
              statistics.requestDurations.quantileMicros(0.99) / MICROS_PER_MILLI));
    }
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / MIB);
  }

  private static String seconds(double value) {
    return String.format(Locale.ROOT, "%.0f s", value);
  }
}
