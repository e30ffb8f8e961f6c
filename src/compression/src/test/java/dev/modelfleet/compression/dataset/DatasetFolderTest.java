package dev.modelfleet.compression.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.onnx.TensorProto;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Data sets that are folders. */
class DatasetFolderTest {

  private static final VariantManifest.Tensor X =
      new VariantManifest.Tensor("x", "FP32", List.of(-1L, 3L, 4L, 6L));

  @TempDir Path folder;

  private void image(String name, int width, int height, Color color) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < width; x++) {
      for (int y = 0; y < height; y++) {
        image.setRGB(x, y, color.getRGB());
      }
    }
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  private void describe(String images) throws IOException {
    Files.writeString(folder.resolve("dataset.yaml"), "images: {" + images + "}");
  }

  private void tensor(String name, int set, int input, float... values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    Path file = folder.resolve("tests/test_data_set_%d/input_%d.pb".formatted(set, input));
    Files.createDirectories(file.getParent());
    Files.write(
        file,
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(1)
            .addDims(1)
            .addDims(values.length)
            .setRawData(ByteString.copyFrom(bytes))
            .build()
            .toByteArray());
  }

  @Test
  void onnxTestDataIsReadInTheOrderOfItsNumbers() throws IOException {
    for (int set : new int[] {0, 10, 2}) {
      tensor("a", set, 0, set, 1);
      tensor("b", set, 1, -set);
    }
    try (Dataset data = Dataset.open(folder)) {
      assertThat(data.names()).containsExactlyInAnyOrder("a", "b");
      assertThat(data.array("a").shape()).containsExactly(3, 2);
      assertThat(data.array("a").all().toFloats()).containsExactly(0, 1, 2, 1, 10, 1);
      assertThat(data.array("b").slice(2, true).toFloats()).containsExactly(-10);
    }
  }

  @Test
  void testDataThatDiffersInShapeIsNamed() throws IOException {
    tensor("a", 0, 0, 1, 2);
    tensor("a", 1, 0, 1, 2, 3);
    assertThatThrownBy(() -> Dataset.open(folder))
        .isInstanceOf(CompressionException.class)
        .hasMessageContaining("test_data_set_1/input_0.pb: sample a is FP32[3]")
        .hasMessageContaining("all samples must be alike");
  }

  @Test
  void imagesAreResizedCroppedAndNormalized() throws IOException {
    image("cat/1.png", 30, 20, new Color(255, 0, 51));
    image("dog/1.png", 8, 8, new Color(0, 255, 0));
    describe(
        "input: x, size: [4, 6], resize: 8, mean: [0.5, 0, 0], std: [0.5, 1, 0.1], labels: Folders");
    try (Dataset data = Dataset.open(folder)) {
      data.checkAgainst(List.of(X));
      assertThat(data.labels(2)).containsExactly(0, 1);
      float[] cat = data.sample(0, List.of(X)).get("x").toFloats();
      assertThat(cat).hasSize(3 * 4 * 6);
      assertThat(cat[0]).isCloseTo(1, within(1e-5f));
      assertThat(cat[24]).isCloseTo(0, within(1e-5f));
      assertThat(cat[48]).isCloseTo(2, within(1e-5f));
    }
  }

  @Test
  void bytesComeAsTheyAreInTheDeclaredOrder() throws IOException {
    image("b.png", 2, 1, new Color(10, 20, 30));
    image("a.png", 2, 1, new Color(40, 50, 60));
    Files.writeString(folder.resolve("labels.csv"), "b.png,7\na.png 3\n");
    describe(
        "input: x, size: [1, 2], type: UINT8, layout: NHWC, channels: BGR, labels: labels.csv");
    try (Dataset data = Dataset.open(folder)) {
      assertThat(data.array("x").shape()).containsExactly(2, 1, 2, 3);
      assertThat(data.array("x").slice(0, false).toLongs()).containsExactly(30, 20, 10, 30, 20, 10);
      assertThat(data.labels(2)).containsExactly(7, 3);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "size: [4, 4]                            | must say images.input and images.size",
        "input: x, size: [4]                     | images.size is [4]: give [height, width]",
        "input: x, size: [4, 4], resize: 2       | images.resize is 2: give 4 or more",
        "input: x, size: [4, 4], mean: [1]       | images.mean is [1.0]: give 3 numbers",
        "input: x, size: [4, 4], layout: HWC     | images.layout is HWC: give one of [NCHW, NHWC]",
        "input: x, size: [4, 4], labels: l.csv   | l.csv, which is not a file",
        "input: x, size: [4, 4], crop: Centre    | Unrecognized field",
        "input: x, size: [4, 4], type: UINT8, std: [1, 1, 1] | which type UINT8 has no room for",
      })
  void descriptionsThatDoNotHoldSayWhatToGive(String images, String message) throws IOException {
    image("a.png", 2, 2, Color.RED);
    describe(images);
    assertThatThrownBy(() -> Dataset.open(folder))
        .isInstanceOf(CompressionException.class)
        .hasMessageContaining(message);
  }

  @Test
  void whatIsNoDataSetIsSaid() throws IOException {
    Files.writeString(folder.resolve("readme.txt"), "nothing");
    assertThatThrownBy(() -> Dataset.open(folder))
        .hasMessageContaining("holds none of: one .npz file, folders test_data_set_*");
    Files.writeString(folder.resolve("a.png"), "no image");
    describe("input: x, size: [4, 6]");
    assertThatThrownBy(() -> Dataset.open(folder)).hasMessageContaining("a.png is no image");
  }
}
