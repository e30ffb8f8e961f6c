package dev.modelfleet.compression.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.DeviceClass;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.ProofReport;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.Source;
import dev.modelfleet.artifact.StepNote;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.TrialOutcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class HtmlReportTest {

  private static final Trial STATIC =
      new Trial(
          "static-int8",
          TrialOutcome.REJECTED,
          Trial.ACCURACY_BELOW_GATE,
          "19.4% lost is above 1% <&>",
          23_100_000,
          new Accuracy(MetricType.COSINE_SIMILARITY, 1, 0.806, 0.194, 100),
          null,
          List.of(new StepNote("quantize", "48 matrix products to int8", 0)));
  private static final Trial DYNAMIC =
      new Trial(
          "dynamic-int8",
          TrialOutcome.ACCEPTED,
          null,
          null,
          23_000_000,
          new Accuracy(
              MetricType.COSINE_SIMILARITY,
              1,
              0.9933,
              0.0067,
              100,
              new Accuracy.Interval(0.95, 0.0062, 0.0073),
              null,
              null),
          null,
          List.of());
  private static final Trial ORIGINAL =
      new Trial(
          Recipe.ORIGINAL, TrialOutcome.ACCEPTED, null, null, 90_400_000, null, null, List.of());

  private static final Gates NONE = new Gates(null, null, null, null);

  private static String render(Gates gates, String recipe, Trial... trials) {
    ProofReport report =
        new ProofReport(
            ProofReport.SCHEMA_VERSION,
            "key",
            "1",
            new Source("oci://registry.example/models/minilm:1", "sha256:abc"),
            90_400_000,
            null,
            new TargetProfile(DeviceClass.CPU, null, "amd64", "ONNXRuntime", "CPU", List.of()),
            gates,
            recipe,
            List.of(trials),
            "a processor");
    return HtmlReport.render("minilm", report);
  }

  @Test
  void everyTrialIsPlottedWithTheOriginalAndTheGates() {
    String html =
        render(new Gates(0.01, 25_000_000L, 500.0, null), "dynamic-int8", STATIC, DYNAMIC);

    assertThat(html)
        .contains("<circle class=\"rejected\"", "<circle class=\"accepted\"")
        .contains("<circle class=\"original\"", "at most 25 MB", "at most 1% lost")
        .contains("<strong>dynamic-int8</strong> was accepted: 23 MB, 25% of the original")
        .contains("0.67% (95% confidence: at most 0.73%) of accuracy lost")
        .contains("<td>0.62% to 0.73%</td>", "100 samples, cosine")
        .contains("AccuracyBelowGate", "48 matrix products", "sha256:abc")
        .doesNotContain("{{", "<script", "src=", "href=");
  }

  @Test
  void textFromOutsideIsEscaped() {
    assertThat(render(NONE, "dynamic-int8", STATIC, DYNAMIC))
        .contains("above 1% &lt;&amp;&gt;")
        .doesNotContain("<&>");
  }

  @Test
  void namesDoNotCoverOneAnother() {
    List<SizeAccuracyPlot.Point> close =
        List.of(
            new SizeAccuracyPlot.Point("a", TrialOutcome.REJECTED, 1_000_000, 0.1),
            new SizeAccuracyPlot.Point("b", TrialOutcome.REJECTED, 1_000_000, 0.1),
            new SizeAccuracyPlot.Point("c", TrialOutcome.REJECTED, 1_000_001, 0.1001));

    List<Double> heights =
        SizeAccuracyPlot.svg(close, NONE)
            .lines()
            .filter(line -> line.startsWith("<text class=\"name"))
            .map(line -> Double.parseDouble(line.replaceAll(".* y=\"([0-9.]+)\".*", "$1")))
            .toList();

    assertThat(heights).hasSize(3);
    assertThat(heights.get(1) - heights.get(0)).isGreaterThan(12);
    assertThat(heights.get(2) - heights.get(1)).isGreaterThan(12);
  }

  @Test
  void withoutMeasurementsThereIsNoPlot() {
    assertThat(render(NONE, Recipe.ORIGINAL, ORIGINAL))
        .contains("accuracy was not measured")
        .doesNotContain("<svg");
  }

  @Test
  void figuresKeepWhatMatters() {
    assertThat(List.of(0.0, 0.0000012, 0.00617, 0.01, 0.194, 1.0))
        .extracting(Figures::percent)
        .containsExactly("0%", "1e-04%", "0.617%", "1%", "19.4%", "100%");
    assertThat(List.of(900L, 16_900L, 2_345_000L, 25_000_000L, 90_387_606L, 1_234_000_000L))
        .extracting(Figures::size)
        .containsExactly("0.9 kB", "16.9 kB", "2.35 MB", "25 MB", "90.4 MB", "1234 MB");
  }
}
