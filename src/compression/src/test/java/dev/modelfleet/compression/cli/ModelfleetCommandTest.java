package dev.modelfleet.compression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.compression.LoadLimits;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.testing.RandomData;
import dev.modelfleet.compression.testing.RandomModel;
import dev.modelfleet.compression.testing.ReportSchema;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a user of the command line sees, and the exit codes that scripts rely on. */
class ModelfleetCommandTest {

  private static final String POLICY =
      """
      kind: CompressionPolicy
      spec:
        recipes:
          - name: per-tensor
            steps: [{simplify: {}}, {quantize: {scheme: Static, granularity: PerTensor}}]
          - name: weights
            steps: [{simplify: {}}, {quantize: {scheme: WeightOnly}}]
      """;

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String model;
  private String data;

  @BeforeEach
  void write() throws IOException {
    OnnxModel random = RandomModel.attention(3);
    model = random.save(directory).toString();
    Path npz = directory.resolve("data.npz");
    RandomData.of(random, 24, 1, npz).close();
    data = npz.toString();
    Files.writeString(directory.resolve("policy.yaml"), POLICY);
  }

  private int run(String... arguments) {
    CommandLine commandLine = ModelfleetCommand.commandLine();
    commandLine.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return commandLine.execute(arguments);
  }

  private int compress(String... more) {
    String[] arguments = {
      "compress",
      model,
      "--recipe",
      directory.resolve("policy.yaml").toString(),
      "--calibration",
      data,
      "--evaluation",
      data,
      "-o",
      directory.resolve("out").toString()
    };
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return run(all);
  }

  @Test
  void compressTakesTheFirstRecipeThatHoldsTheGates() throws IOException {
    assertThat(compress("--max-accuracy-drop", "0.04%")).as("%s", out).isEqualTo(0);
    assertThat(out.toString())
        .contains("trying per-tensor", "trying weights", "AccuracyBelowGate: cosine")
        .contains("accepted weights: ");
    Path written = directory.resolve("out/model.onnx");
    assertThat(OnnxModel.load(written, LoadLimits.DEFAULT).sizeBytes())
        .isLessThan(Files.size(Path.of(model)));
    assertThat(Files.readString(directory.resolve("out/report.json")))
        .contains("\"recipe\" : \"weights\"", "\"AccuracyBelowGate\"", "\"precision\" : \"INT8\"");
    ReportSchema.check(directory.resolve("out/report.json"));
    assertThat(Files.readString(directory.resolve("out/report.html")))
        .contains("<h2>Layers of weights</h2>", "class=\"size-after\"", "all layers");
  }

  @Test
  void impossibleGatesEndWithTheirOwnCode() {
    assertThat(compress("--max-size", "1k")).isEqualTo(3);
    assertThat(out.toString())
        .contains("SizeAboveGate", "no recipe gave a variant that holds the gates");
    ReportSchema.check(directory.resolve("out/report.json"));
    assertThat(directory.resolve("out/report.html")).content().contains("No recipe gave a variant");
    assertThat(directory.resolve("out/model.onnx")).doesNotExist();
    assertThat(directory.resolve("out/variants")).doesNotExist();
  }

  @Test
  void badInputEndsWithOneLineAndItsOwnCode() throws IOException {
    Path text = Files.writeString(directory.resolve("text.onnx"), "no model");
    assertThat(run("inspect", text.toString())).isEqualTo(65);
    assertThat(err.toString()).startsWith("error: ").contains("is not an ONNX model");
    assertThat(err.toString().lines()).hasSize(1);
    Files.writeString(directory.resolve("policy.yaml"), "name: x\nsteps: [{shrink: {}}]\n");
    assertThat(compress()).isEqualTo(65);
    assertThat(run("compress")).isEqualTo(2);
  }

  @Test
  void anObjectiveTriesAllAndKeepsTheBest() throws IOException {
    assertThat(compress("--objective", "accuracy")).as("%s", out).isEqualTo(0);
    assertThat(out.toString())
        .contains("accepted weights: ", "NotTheBest: it holds the gates, and weights is better")
        .containsPattern("weights \\* ");
    assertThat(directory.resolve("out/variants")).doesNotExist();
    ReportSchema.check(directory.resolve("out/report.json"));
    assertThat(compress("--objective", "accuracy", "--max-trials", "1")).isEqualTo(0);
    assertThat(out.toString()).contains("accepted per-tensor: ");
  }

  @Test
  void inspectShowsWhatIsInside() {
    assertThat(run("inspect", model)).isEqualTo(0);
    assertThat(out.toString())
        .contains("operator sets ai.onnx 14", "input  ids INT64[1, 12]")
        .containsPattern("MatMul +\\d+")
        .containsPattern("FLOAT +\\d+ +\\d+ +\\d+\\.\\d\\d MB");
  }

  @Test
  void sensitivityPutsTheWorstLayersFirst() throws IOException {
    String json = directory.resolve("s.json").toString();
    assertThat(
            run("sensitivity", model, "--calibration", data, "--evaluation", data, "--json", json))
        .isEqualTo(0);
    assertThat(out.toString()).containsPattern("LAYER +OPERATOR +WEIGHTS +SAVES +SQNR");
    double[] sqnr =
        out.toString()
            .lines()
            .filter(line -> line.contains(" dB"))
            .mapToDouble(line -> Double.parseDouble(line.replaceAll(".* ([0-9.]+) dB.*", "$1")))
            .toArray();
    assertThat(sqnr).hasSizeGreaterThan(3).isSorted();
    assertThat(Files.readString(Path.of(json))).contains("\"format\" : \"INT8\"", "\"sqnr\" : ");
    assertThat(err.toString()).contains("1 of ");
  }

  @Test
  void mixedPrecisionTellsItsReasonsInTheReport() throws IOException {
    Files.writeString(
        directory.resolve("policy.yaml"),
        """
        name: mixed
        steps:
          - simplify: {}
          - quantize: {scheme: Static, mixedPrecision: {maxAccuracyDrop: 0.01%}}
        """);
    assertThat(compress()).as("%s", out).isEqualTo(0);
    assertThat(out.toString()).contains("layers get ", "predicted", " lost on 24 calibration");
    ReportSchema.check(directory.resolve("out/report.json"));
    assertThat(Files.readString(directory.resolve("out/report.json"))).contains(" rather than ");
    assertThat(Files.readString(directory.resolve("out/report.html"))).contains("<th>Why</th>");
  }

  @Test
  void theProviderThatAVariantIsForDecidesItsIntegers() throws IOException {
    Files.writeString(
        directory.resolve("policy.yaml"), "name: d\nsteps: [{quantize: {scheme: Dynamic}}]\n");
    assertThat(compress("--target-provider", "OpenVINO")).as("%s", out).isEqualTo(0);
    assertThat(out.toString()).contains("which OpenVINO computes in FP32");
    assertThat(compress("--target-provider", "Quantum")).isEqualTo(2);
    assertThat(err.toString()).contains("--target-provider is Quantum: give CPU, CUDA");
  }

  @Test
  void compareMeasuresVariantsAgainstTheOriginal() {
    assertThat(run("compare", model, model, "--evaluation", data, "--iterations", "3"))
        .isEqualTo(0);
    assertThat(out.toString())
        .contains("1.00000", "0.000 %")
        .containsPattern("MODEL +SIZE +MEMORY +SCORE +DROP +AT MOST +P50 +P99")
        .containsPattern("model.onnx +\\d+\\.\\d\\d MB +\\d+\\.\\d\\d MB ");
  }
}
