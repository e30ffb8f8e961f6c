package dev.modelfleet.runtime.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.artifact.ExitCode;
import dev.modelfleet.runtime.Sha256;
import dev.modelfleet.runtime.oci.FakeRegistry;
import dev.modelfleet.runtime.oci.FakeRegistry.Mood;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PushAndPullTest {

  @TempDir private Path temp;

  @Test
  void whatWasPushedIsPulledOnce() throws IOException {
    Path model = Files.writeString(temp.resolve("model.onnx"), "model");
    try (FakeRegistry registry = new FakeRegistry()) {
      String name = registry.authority() + "/models/m";
      int pushed =
          new CommandLine(new PushCommand())
              .execute(
                  "--plain-http",
                  registry.authority(),
                  "--file",
                  model + "",
                  "oci://" + name + ":1");
      assertThat(pushed).isEqualTo(ExitCode.DONE);
      String pinned = "oci://" + name + "@" + Sha256.of(registry.manifest("models/m", "1"));

      assertThat(pull(registry, pinned)).isEqualTo(ExitCode.DONE);
      assertThat(temp.resolve("to/model.onnx")).hasContent("model");

      registry.mood(Mood.BUSY);
      assertThat(pull(registry, pinned)).as("is there already").isEqualTo(ExitCode.DONE);
    }
  }

  @Test
  void failuresHaveExitCodes() throws IOException {
    try (FakeRegistry registry = new FakeRegistry()) {
      String reference = "oci://" + registry.authority() + "/models/none:1";
      assertThat(pull(registry, reference)).isEqualTo(ExitCode.PERMANENT_FAILURE);

      registry.mood(Mood.BASIC);
      assertThat(pull(registry, reference)).isEqualTo(ExitCode.RETRYABLE_FAILURE);
    }
  }

  private int pull(FakeRegistry registry, String reference) {
    return new CommandLine(new PullCommand())
        .execute("--plain-http", registry.authority(), "--to", temp.resolve("to") + "", reference);
  }
}
