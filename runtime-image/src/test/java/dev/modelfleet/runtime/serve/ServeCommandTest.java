package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ServeCommandTest {

  private static final String[] FREE_PORTS = {
    "--http-port=0", "--grpc-port=0", "--metrics-port=0", "--threads=1"
  };

  @TempDir private Path directory;

  @Test
  void theSelfTestPassesWithTheBundledModel() {
    assertThat(run("--self-test")).isZero();
  }

  @Test
  void theSelfTestFailsWhereGoldenInputsDisagree() throws Exception {
    TestVariant.addSubWithGolden(directory, 5, -4, 3, -2);
    assertThat(run("--self-test", "--model-dir=" + directory)).isEqualTo(1);
  }

  @Test
  void whoeverStartedItIsToldWhereGoldenInputsDisagree() throws Exception {
    TestVariant.addSubWithGolden(directory, 5, -4, 3, -2);
    Path message = directory.resolve("termination-log");

    assertThat(run("--model-dir=" + directory, "--termination-message=" + message)).isEqualTo(65);

    assertThat(Files.readString(message))
        .contains("\"GoldenMismatch\"")
        .contains("golden inputs disagree");
  }

  @Test
  void aDeviceThatIsTooSlowIsTold() throws Exception {
    TestVariant.addSubWithGolden(directory, 2, 3, 4, 5);
    Path message = directory.resolve("termination-log");

    int code =
        run(
            "--model-dir=" + directory,
            "--max-latency-ms=0.000001",
            "--termination-message=" + message);

    assertThat(code).isEqualTo(65);
    assertThat(Files.readString(message)).contains("\"LatencyAboveBudget\"");
  }

  @Test
  void everyTypeCanBeSelfTested() throws Exception {
    TestVariant.of(directory, "identity");
    assertThat(run("--self-test", "--model-dir=" + directory)).isZero();
  }

  @Test
  void aMissingManifestIsPermanent() {
    assertThat(run("--model-dir=" + directory)).isEqualTo(65);
  }

  @Test
  void aManifestThatNamesAFileOutsideIsPermanent() throws Exception {
    Path manifest = TestVariant.of(directory, "add_sub").resolve("variant.json");
    Files.writeString(
        manifest, Files.readString(manifest).replace("model.onnx", "../../etc/passwd"));
    assertThat(run("--model-dir=" + directory)).isEqualTo(65);
  }

  @ParameterizedTest
  @ValueSource(strings = {"CUDA", "TensorRT", "OpenVINO", "XNNPACK", "QNN", "NNAPI", "Quantum"})
  void aProviderThatIsNotThereIsPermanentUnlessThereIsAFallback(String provider) throws Exception {
    TestVariant.of(directory, "add_sub");
    String wanted = "--execution-provider=" + provider;
    assertThat(run("--model-dir=" + directory, wanted)).isEqualTo(65);
    assertThat(run("--self-test", "--model-dir=" + directory, wanted, "--fallback-provider=cpu"))
        .isZero();
  }

  @Test
  void aPluginLibraryThatCannotBeLoadedIsPermanent() throws Exception {
    TestVariant.of(directory, "add_sub");
    String library = "--provider-library=other=" + directory.resolve("none.so");
    assertThat(run("--model-dir=" + directory, "--execution-provider=other", library))
        .isEqualTo(65);
  }

  @Test
  void anAddressThatCannotBeHadIsRetryable() throws Exception {
    TestVariant.of(directory, "add_sub");
    assertThat(run("--model-dir=" + directory, "--host=192.0.2.1")).isEqualTo(75);
  }

  @Test
  void theModelDirectoryIsNeeded() {
    assertThat(run()).isEqualTo(CommandLine.ExitCode.USAGE);
  }

  private static int run(String... arguments) {
    return new CommandLine(new ServeCommand()).execute(concat(arguments));
  }

  private static String[] concat(String... arguments) {
    String[] all = Arrays.copyOf(FREE_PORTS, FREE_PORTS.length + arguments.length);
    System.arraycopy(arguments, 0, all, FREE_PORTS.length, arguments.length);
    return all;
  }
}
