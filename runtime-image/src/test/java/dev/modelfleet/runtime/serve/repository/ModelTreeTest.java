package dev.modelfleet.runtime.serve.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelfleet.runtime.serve.model.Batching;
import dev.modelfleet.runtime.serve.model.EngineOptions;
import dev.modelfleet.runtime.serve.model.ModelCatalog.ModelFiles;
import dev.modelfleet.runtime.serve.model.ModelLoadException;
import dev.modelfleet.runtime.serve.model.ServingOptions;
import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.TensorSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelTreeTest {

  private static final ServingOptions DEFAULTS =
      new ServingOptions(new EngineOptions(1, false, true, "CPU"), 3, 99);

  @TempDir private Path directory;
  private ModelTree tree;

  @BeforeEach
  void threeVersions() throws Exception {
    for (String version : List.of("1", "3", "10")) {
      Files.createDirectories(directory.resolve("m").resolve(version));
      Files.writeString(directory.resolve("m").resolve(version).resolve("model.onnx"), "x");
    }
    Files.createDirectories(directory.resolve("m/0"));
    Files.createDirectories(directory.resolve("m/assets"));
    Files.createDirectories(directory.resolve(".hidden"));
    Files.writeString(directory.resolve("README"), "not a model");
    tree = new ModelTree(directory, DEFAULTS);
  }

  @Test
  void directoriesAreModelsAndWithoutConfigurationTheLatestVersionIsServedByTheDefaults()
      throws Exception {
    assertThat(tree.names()).containsExactly("m");
    ModelFiles files = tree.read("m");
    assertThat(files.versions()).containsOnlyKeys(10L);
    assertThat(files.options()).isEqualTo(DEFAULTS);
    assertThat(files.declared()).isEmpty();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = ';',
      value = {
        "all { }; 1,3,10",
        "latest { num_versions: 2 }; 3,10",
        "latest { num_versions: 9 }; 1,3,10",
        "specific { versions: [1, 10] }; 1,10",
      })
  void theVersionPolicyChooses(String policy, String expected) throws Exception {
    config("version_policy { " + policy + " }");
    assertThat(tree.read("m").versions().keySet())
        .extracting(Object::toString)
        .containsExactly(expected.split(","));
  }

  @Test
  void whatAppliesIsRead() throws Exception {
    config(
        """
        name: "m"
        backend: "onnxruntime"
        max_batch_size: 8
        input [ { name: "a" data_type: TYPE_FP32 dims: [ 4 ] } ]
        output [ { name: "s" data_type: TYPE_STRING dims: [ -1, 2 ] } ]
        instance_group [ { count: 2 kind: KIND_CPU } ]
        dynamic_batching {
          preferred_batch_size: [ 4, 8 ]
          max_queue_delay_microseconds: 100
          priority_levels: 2
          default_priority_level: 2
          default_queue_policy { max_queue_size: 5 default_timeout_microseconds: 7000 }
        }
        """);
    ModelFiles files = tree.read("m");
    assertThat(files.options())
        .isEqualTo(
            new ServingOptions(
                DEFAULTS.engine(), 2, 5, 2, 7000, new Batching(8, List.of(4, 8), 100, false)));
    assertThat(files.declared())
        .containsExactly(
            new TensorSpec("a", DataType.FP32, Shape.of(-1, 4)),
            new TensorSpec("s", DataType.BYTES, Shape.of(-1, -1, 2)));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = ';',
      value = {
        "optimization { }; 1:1: optimization. Of Triton",
        "ensemble_scheduling { }; 1:1: ensemble_scheduling. Of Triton",
        "name: 'other'; name is 'other', must be 'm'",
        "backend: 'python'; backend is 'python'",
        "platform: 'tensorrt_plan'; platform is 'tensorrt_plan'",
        "instance_group { kind: KIND_GPU }; KIND_GPU",
        "dynamic_batching { }; max_batch_size of 1 or more",
        "max_batch_size: 2 dynamic_batching { preferred_batch_size: 4 }; preferred batch size 4",
        "version_policy { specific { versions: 2 } }; names [2], there are [1, 3, 10]",
        "max_batch_size: many; config.pbtxt, line and column 1",
        "input { name: 'a' dims: 1 }; tensor 'a' lacks data_type",
        "default_model_filename: 'x.onnx'; neither variant.json nor x.onnx",
      })
  void whatDoesNotApplyIsRefusedByName(String text, String message) throws Exception {
    config(text.replace('\'', '"'));
    assertThatThrownBy(() -> tree.read("m"))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(message);
  }

  @Test
  void namesCannotLeaveTheDirectory() {
    assertThatThrownBy(() -> tree.read("../m")).hasMessageContaining("no model '../m'");
  }

  private void config(String text) throws Exception {
    Files.writeString(directory.resolve("m/config.pbtxt"), text);
  }
}
