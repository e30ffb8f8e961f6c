package dev.modelfleet.compression.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.LoadLimits;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.onnx.GraphProto;
import dev.modelfleet.compression.onnx.ModelProto;
import dev.modelfleet.compression.onnx.NodeProto;
import dev.modelfleet.compression.onnx.StringStringEntryProto;
import dev.modelfleet.compression.onnx.TensorProto;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.testing.RandomModel;
import dev.modelfleet.compression.transform.ValueTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A broken or malicious file ends in a precise error; nothing outside its directory is read. */
class HostileModelTest {

  private static final byte[] SECRET = {1, 2, 3, 4, 5, 6, 7, 8};

  @TempDir Path root;
  private Path directory;

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createDirectory(root.resolve("model"));
    Files.write(root.resolve("canary"), SECRET);
  }

  private Path model(String location, String offset, String length) throws IOException {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName("w")
            .setDataType(ElementType.FLOAT.code())
            .addDims(2)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL);
    add(tensor, "location", location);
    add(tensor, "offset", offset);
    add(tensor, "length", length);
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("g")
            .addInitializer(tensor)
            .addNode(NodeProto.newBuilder().setOpType("Identity").addInput("w").addOutput("y"))
            .addOutput(ValueTypes.valueInfo("y", ElementType.FLOAT, 2));
    Path file = directory.resolve("model.onnx");
    Files.write(
        file, ModelProto.newBuilder().setIrVersion(8).setGraph(graph).build().toByteArray());
    return file;
  }

  private static void add(TensorProto.Builder tensor, String key, String value) {
    if (value != null) {
      tensor.addExternalData(
          StringStringEntryProto.newBuilder().setKey(key).setValue(value).build());
    }
  }

  private static void assertRefused(Path file, FailureReason reason, String message) {
    assertThatThrownBy(() -> OnnxModel.load(file, LoadLimits.DEFAULT))
        .isInstanceOfSatisfying(
            CompressionException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  @Test
  void readsExternalDataBesideTheModel() throws IOException {
    Files.write(directory.resolve("weights.bin"), SECRET);
    OnnxModel model = OnnxModel.load(model("weights.bin", "0", "8"), LoadLimits.DEFAULT);
    assertThat(model.graph().constants().get("w").data().byteSize()).isEqualTo(8);
    assertThat(model.sizeBytes()).isEqualTo(Files.size(directory.resolve("model.onnx")) + 8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../canary", "sub/../../canary", "", "sub\\..\\canary"})
  void refusesPathsThatLeaveTheDirectory(String location) throws IOException {
    assertRefused(model(location, "0", "8"), FailureReason.UNSAFE_PATH, "external data location");
  }

  @Test
  void refusesAbsolutePaths() throws IOException {
    String canary = root.resolve("canary").toAbsolutePath().toString();
    assertRefused(model(canary, "0", "8"), FailureReason.UNSAFE_PATH, "is not a relative path");
  }

  @Test
  void refusesSymbolicLinks() throws IOException {
    Files.createSymbolicLink(directory.resolve("link"), root.resolve("canary"));
    assertRefused(model("link", "0", "8"), FailureReason.UNSAFE_PATH, "symbolic link");
    Files.createSymbolicLink(directory.resolve("folder"), root);
    assertRefused(model("folder/canary", "0", "8"), FailureReason.UNSAFE_PATH, "symbolic link");
  }

  @Test
  void refusesHardLinks() throws IOException {
    Files.createLink(directory.resolve("hard"), root.resolve("canary"));
    assertRefused(model("hard", "0", "8"), FailureReason.UNSAFE_PATH, "hard link");
  }

  @Test
  void refusesDirectoriesAndMissingFiles() throws IOException {
    Files.createDirectory(directory.resolve("folder"));
    assertRefused(model("folder", "0", "8"), FailureReason.UNSAFE_PATH, "regular file");
    assertRefused(model("missing", "0", "8"), FailureReason.INVALID_MODEL, "is missing");
  }

  @Test
  void refusesRangesOutsideTheFile() throws IOException {
    Files.write(directory.resolve("weights.bin"), SECRET);
    assertRefused(model("weights.bin", "4", "8"), FailureReason.INVALID_MODEL, "does not fit");
    assertRefused(model("weights.bin", "-8", "8"), FailureReason.INVALID_MODEL, "does not fit");
    assertRefused(
        model("weights.bin", "9223372036854775807", "8"),
        FailureReason.INVALID_MODEL,
        "does not fit");
    assertRefused(model("weights.bin", "0", "4"), FailureReason.INVALID_MODEL, "does not fit");
    assertRefused(model("weights.bin", "x", null), FailureReason.INVALID_MODEL, "not a number");
  }

  @Test
  void refusesWhatIsNotAModel() throws IOException {
    Path file = directory.resolve("model.onnx");
    for (String text : new String[] {"", "hello, this is text", "{\"json\": true}", "PK\3\4zip"}) {
      Files.writeString(file, text);
      assertRefused(file, FailureReason.INVALID_MODEL, "model.onnx is not an ONNX model");
    }
    assertRefused(directory.resolve("none.onnx"), FailureReason.INVALID_MODEL, "no such file");
  }

  @Test
  void refusesTruncatedModels() throws IOException {
    byte[] whole = RandomModel.convolutional(1).toBytes();
    Path file = directory.resolve("model.onnx");
    for (int length = 1; length < whole.length; length += 1 + whole.length / 97) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> OnnxModel.load(file, LoadLimits.DEFAULT))
          .isInstanceOfSatisfying(
              CompressionException.class,
              e -> assertThat(e.reason()).isEqualTo(FailureReason.INVALID_MODEL));
    }
  }

  @Test
  void boundsTheNumberOfParts() throws IOException {
    GraphProto.Builder graph =
        GraphProto.newBuilder().addOutput(ValueTypes.valueInfo("y", ElementType.FLOAT, 1));
    for (int i = 0; i < 2000; i++) {
      graph.addNode(NodeProto.getDefaultInstance());
    }
    Path file = directory.resolve("model.onnx");
    Files.write(
        file, ModelProto.newBuilder().setIrVersion(8).setGraph(graph).build().toByteArray());
    assertThatThrownBy(() -> OnnxModel.load(file, new LoadLimits(1 << 20, 1 << 20, 1000)))
        .isInstanceOf(CompressionException.class)
        .hasMessageContaining("more than 1000 nodes, tensors and other parts");
  }
}
