package dev.modelfleet.runtime.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.ExitCode;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.ProbeRequest;
import dev.modelfleet.artifact.ProbeResult;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.LoadLimits;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.runtime.Golden;
import dev.modelfleet.runtime.build.TinyModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A probe tells what a device computes and how fast, or why it could not find out. */
class ProbeCommandTest {

  @TempDir private Path directory;
  private int exitCode;

  @BeforeEach
  void variant() throws IOException {
    Path model = Files.write(directory.resolve("model.onnx"), TinyModel.matMul());
    Path data =
        Files.write(directory.resolve("data.npz"), TinyModel.samples("x", 4, TinyModel.WIDTH, 1));
    OnnxModel loaded = OnnxModel.load(model, LoadLimits.DEFAULT);
    try (Dataset samples = Dataset.npz(data)) {
      Golden.create(loaded, samples, 4, 1, directory.resolve("golden.npz"));
    }
    manifest("CPU");
  }

  private void manifest(String provider) throws IOException {
    String json =
        """
        {"schemaVersion": "modelfleet.dev/variant/v1", "key": "k", "name": "tiny",
         "recipe": "original", "modelFile": "model.onnx",
         "target": {"deviceClass": "CPU", "engine": "ONNXRuntime", "executionProvider": "%s"},
         "source": {"uri": "oci://registry.example/tiny:1"}, "inputs": [], "outputs": [],
         "golden": {"file": "golden.npz", "samples": 4, "minCosine": 0.9999}}
        """
            .formatted(provider);
    Files.writeString(directory.resolve(VariantManifest.FILE), json);
  }

  private ProbeResult probe(Gates gates) throws IOException {
    String request = ContractJson.write(new ProbeRequest(directory.toString(), 2, 20, gates));
    PrintStream out = new PrintStream(new ByteArrayOutputStream(), true);
    ProbeCommand command =
        new ProbeCommand(
            Map.of(ProbeRequest.ENVIRONMENT_VARIABLE, request), directory.resolve("sys"), out);
    Path result = directory.resolve("result");
    exitCode = new CommandLine(command).execute("--result-file", result.toString());
    return ContractJson.read(Files.readString(result), ProbeResult.class);
  }

  @Test
  void measuresWhatAgrees() throws IOException {
    ProbeResult result = probe(new Gates(null, null, 0.000001, 64L << 30));

    assertThat(exitCode).isEqualTo(ExitCode.DONE);
    assertThat(result.reason()).isNull();
    assertThat(result.golden().agrees()).isTrue();
    assertThat(result.golden().samples()).isEqualTo(4);
    assertThat(result.latency().iterations()).isEqualTo(20);
    assertThat(result.latency().p90Millis())
        .isBetween(result.latency().p50Millis(), result.latency().p99Millis());
    assertThat(result.energyMillijoules()).isNull();
    assertThat(result.throughput()).isPositive();
    assertThat(result.peakMemory()).isGreaterThan(10_000_000);
    assertThat(result.device()).contains("threads");
    assertThat(result.message()).contains("ms above 0.00 ms").contains("MiB within 65536.0 MiB");
  }

  @Test
  void energyIsInTheResultWhereItCanBeRead() throws IOException {
    Path sensor = Files.createDirectories(directory.resolve("sys/class/hwmon/hwmon0"));
    Files.writeString(sensor.resolve("power1_input"), "5000000");

    ProbeResult result = probe(null);

    // Five watts: five millijoules in a millisecond.
    assertThat(result.energyMillijoules()).isPositive().isLessThan(5_000);
  }

  @Test
  void aDeviceThatComputesSomethingElseIsNotMeasured() throws IOException {
    Files.write(directory.resolve("model.onnx"), TinyModel.matMul(99));

    ProbeResult result = probe(null);

    assertThat(exitCode).isEqualTo(ExitCode.DONE);
    assertThat(result.reason()).isEqualTo(FailureReason.GOLDEN_MISMATCH);
    assertThat(result.golden().agrees()).isFalse();
    assertThat(result.latency()).isNull();
    assertThat(result.message()).contains("4 golden inputs", "below 0.99990");
  }

  @Test
  void aProviderThatIsNotHereIsNamed() throws IOException {
    manifest("CUDA");

    ProbeResult result = probe(null);

    assertThat(exitCode).isEqualTo(ExitCode.PERMANENT_FAILURE);
    assertThat(result.reason()).isEqualTo(FailureReason.PROVIDER_UNAVAILABLE);
    assertThat(result.message()).contains("CUDA");
  }

  @Test
  void aDirectoryWithoutAVariantIsNamed() throws IOException {
    Files.delete(directory.resolve(VariantManifest.FILE));

    ProbeResult result = probe(null);

    assertThat(exitCode).isEqualTo(ExitCode.PERMANENT_FAILURE);
    assertThat(result.reason()).isEqualTo(FailureReason.INVALID_MODEL);
    assertThat(result.message()).contains(VariantManifest.FILE);
  }
}
