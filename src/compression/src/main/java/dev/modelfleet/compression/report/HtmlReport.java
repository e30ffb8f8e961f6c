package dev.modelfleet.compression.report;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.ProofReport;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.StepNote;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.TrialOutcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code report.html}: the proof of a variant for people. One file without scripts or links to
 * anything outside, so that it reads the same wherever it is copied to.
 */
public final class HtmlReport {

  private static final String TEMPLATE = resource("report.html");

  private final ProofReport report;
  private final String model;

  private HtmlReport(String model, ProofReport report) {
    this.model = model;
    this.report = report;
  }

  /** The page for a report on the model of that name. */
  public static String render(String model, ProofReport report) {
    return new HtmlReport(model, report).page();
  }

  private String page() {
    Map<String, String> parts =
        Map.of(
            "title", Html.escape(report.target() == null ? model : model + " for " + device()),
            "verdict", verdict(),
            "plot", plot(),
            "rows", rows(),
            "layers", LayerSection.html(report),
            "facts", facts());
    String page = TEMPLATE;
    for (Map.Entry<String, String> part : parts.entrySet()) {
      page = page.replace("{{" + part.getKey() + "}}", part.getValue());
    }
    return page;
  }

  private String verdict() {
    if (report.recipe() == null) {
      return "No recipe gave a variant that holds the gates.";
    }
    Trial accepted = accepted();
    String loss =
        accepted.accuracy() == null
            ? "accuracy was not measured"
            : Figures.loss(accepted.accuracy()) + " of accuracy lost";
    return "<strong>"
        + Html.escape(report.recipe())
        + "</strong> was accepted: "
        + Figures.size(accepted.size())
        + ", "
        + share(accepted.size())
        + " of the original; "
        + loss
        + ".";
  }

  private Trial accepted() {
    return report.trials().stream()
        .filter(trial -> trial.recipe().equals(report.recipe()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("a report without an accepted trial"));
  }

  private String plot() {
    List<SizeAccuracyPlot.Point> points = new ArrayList<>();
    for (Trial trial : report.trials()) {
      boolean measured = trial.accuracy() != null && Double.isFinite(trial.accuracy().drop());
      if (measured && !trial.recipe().equals(Recipe.ORIGINAL)) {
        points.add(
            new SizeAccuracyPlot.Point(
                trial.recipe(), trial.outcome(), trial.size(), trial.accuracy().drop()));
      }
    }
    boolean evaluated = report.trials().stream().anyMatch(trial -> trial.accuracy() != null);
    if (!evaluated) {
      return "<p class=\"none\">No recipe got as far as having its accuracy measured.</p>";
    }
    boolean usesOriginal = Recipe.ORIGINAL.equals(report.recipe());
    points.add(
        new SizeAccuracyPlot.Point(
            Recipe.ORIGINAL, usesOriginal ? TrialOutcome.ACCEPTED : null, report.sourceSize(), 0));
    return SizeAccuracyPlot.svg(points, report.gates());
  }

  private String rows() {
    Stream<String> original =
        Recipe.ORIGINAL.equals(report.recipe()) ? Stream.empty() : Stream.of(originalRow());
    return Stream.concat(original, report.trials().stream().map(this::row))
        .collect(Collectors.joining("\n"));
  }

  private String originalRow() {
    Accuracy any =
        report.trials().stream()
            .map(Trial::accuracy)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
    return "<tr><th>original</th><td class=\"original\">Reference</td><td>"
        + Figures.size(report.sourceSize())
        + "</td><td>100%</td><td>"
        + (any == null ? "" : score(any.original()))
        + "</td><td></td><td></td><td class=\"why\"></td></tr>";
  }

  private String row(Trial trial) {
    Accuracy accuracy = trial.accuracy();
    return "<tr><th>"
        + Html.escape(trial.recipe())
        + "</th><td class=\""
        + outcomeName(trial).toLowerCase(Locale.ROOT)
        + "\">"
        + outcomeName(trial)
        + "</td><td>"
        + (trial.size() == 0 ? "" : Figures.size(trial.size()))
        + "</td><td>"
        + (trial.size() == 0 ? "" : share(trial.size()))
        + "</td><td>"
        + (accuracy == null ? "" : score(accuracy.variant()))
        + "</td><td>"
        + (accuracy == null ? "" : Figures.percent(accuracy.drop()))
        + "</td><td>"
        + interval(accuracy)
        + "</td><td class=\"why\">"
        + why(trial)
        + "</td></tr>";
  }

  private static String interval(Accuracy accuracy) {
    if (accuracy == null || accuracy.interval() == null) {
      return "";
    }
    return Figures.percent(accuracy.interval().lower())
        + " to "
        + Figures.percent(accuracy.interval().upper());
  }

  private static String why(Trial trial) {
    StringBuilder why = new StringBuilder();
    if (trial.reason() != null) {
      why.append("<b>").append(Html.escape(trial.reason())).append("</b>: ");
    }
    if (trial.message() != null) {
      why.append(Html.escape(trial.message()));
    }
    trial
        .warnings()
        .forEach(w -> why.append("<p class=\"warning\">").append(Html.escape(w)).append("</p>"));
    if (!trial.steps().isEmpty()) {
      why.append("<ol>");
      for (StepNote note : trial.steps()) {
        why.append("<li><code>").append(Html.escape(note.step())).append("</code> ");
        why.append(Html.escape(note.message())).append("</li>");
      }
      why.append("</ol>");
    }
    return why.toString();
  }

  private static String outcomeName(Trial trial) {
    String name = trial.outcome().name();
    return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
  }

  private String facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Source", report.source().uri());
    if (report.source().digest() != null) {
      facts.put("Source digest", report.source().digest());
    }
    if (report.target() != null) {
      facts.put("Target", target());
    }
    facts.put("Gates", gates());
    facts.put("Measured on", evaluation());
    facts.put("Builder", report.builder() + ", version " + report.builderVersion());
    if (report.key() != null) {
      facts.put("Key", report.key());
    }
    return facts.entrySet().stream()
        .map(f -> "<dt>" + f.getKey() + "</dt><dd>" + Html.escape(f.getValue()) + "</dd>")
        .collect(Collectors.joining("\n"));
  }

  private String device() {
    TargetProfile target = report.target();
    return join(
        target.vendor(),
        target.deviceClass() == null ? null : target.deviceClass().name(),
        target.architecture() == null ? null : "on " + target.architecture());
  }

  private String target() {
    TargetProfile target = report.target();
    return join(device() + ",", target.engine(), target.executionProvider(), "provider");
  }

  private static String join(String... words) {
    return Stream.of(words).filter(Objects::nonNull).collect(Collectors.joining(" "));
  }

  private String gates() {
    Gates gates = report.gates();
    List<String> texts = new ArrayList<>();
    if (gates.maxAccuracyDrop() != null) {
      texts.add("accuracy lost at most " + Figures.percent(gates.maxAccuracyDrop()));
    }
    if (gates.maxModelSize() != null) {
      texts.add("size at most " + Figures.size(gates.maxModelSize()));
    }
    if (gates.maxLatencyP99Millis() != null) {
      texts.add(
          "latency p99 at most "
              + Figures.number(gates.maxLatencyP99Millis())
              + " ms on the device");
    }
    if (gates.maxMemory() != null) {
      texts.add("memory at most " + Figures.size(gates.maxMemory()) + " on the device");
    }
    return texts.isEmpty() ? "none" : String.join("; ", texts);
  }

  private String evaluation() {
    return report.trials().stream()
        .map(Trial::accuracy)
        .filter(Objects::nonNull)
        .findFirst()
        .map(HtmlReport::measurement)
        .orElse("nothing: accuracy was not measured");
  }

  private static String measurement(Accuracy accuracy) {
    String level =
        accuracy.interval() == null
            ? ""
            : ", intervals at " + Figures.percent(accuracy.interval().confidence());
    return accuracy.samples() + " samples, " + Figures.metric(accuracy.metric()) + level;
  }

  private String share(long size) {
    return report.sourceSize() == 0 ? "" : Math.round(100.0 * size / report.sourceSize()) + "%";
  }

  private static String score(double value) {
    return String.format(Locale.ROOT, "%.5f", value);
  }

  private static String resource(String name) {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
