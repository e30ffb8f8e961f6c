package dev.modelfleet.compression.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Data sets are read as NumPy writes them, and what does not fit a model is named. */
class DatasetTest {

  @TempDir Path directory;

  private Path file(String name, TensorData tensor) throws IOException {
    Path file = directory.resolve("data.npz");
    try (NpzWriter writer = new NpzWriter(file)) {
      writer.put(name, tensor);
    }
    return file;
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FLOAT16",
        "FLOAT", "DOUBLE"
      })
  void keepsEveryNumericType(ElementType type) throws IOException {
    ByteBuffer bytes = TensorData.direct(type.bytes(6));
    for (int i = 0; bytes.hasRemaining(); i++) {
      bytes.put((byte) (i % 2));
    }
    TensorData written = TensorData.of(type, new long[] {2, 3}, bytes.flip());
    try (Dataset data = Dataset.npz(file("input/x", written))) {
      NpyArray array = data.array("input/x");
      assertThat(array.type()).isEqualTo(type);
      assertThat(array.shape()).containsExactly(2, 3);
      assertThat(array.all().data()).isEqualTo(written.data());
      assertThat(array.slice(1, true).shape()).containsExactly(1, 3);
      assertThat(array.slice(1, false).data())
          .isEqualTo(written.data().slice(written.data().limit() / 2, written.data().limit() / 2));
    }
  }

  @Test
  void keepsStrings() throws IOException {
    TensorData written = TensorData.ofStrings(new long[] {3}, List.of("grün", "", "a longer one"));
    try (Dataset data = Dataset.npz(file("text", written))) {
      assertThat(data.array("text").all().strings()).containsExactly("grün", "", "a longer one");
      assertThat(data.array("text").slice(2, true).strings()).containsExactly("a longer one");
    }
  }

  @Test
  void readsCompressedArchives() throws IOException {
    Path stored = file("x", TensorData.ofFloats(new float[] {1, 2, 3, 4}, 2, 2));
    Path compressed = directory.resolve("compressed.npz");
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(stored));
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(compressed))) {
      out.putNextEntry(new ZipEntry(in.getNextEntry().getName()));
      in.transferTo(out);
      out.closeEntry();
    }
    try (Dataset data = Dataset.npz(compressed)) {
      assertThat(data.array("x").all().toFloats()).containsExactly(1, 2, 3, 4);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }  ~ Fortran order",
        "{'descr': '>f4', 'fortran_order': False, 'shape': (2, 2), } ~ big-endian",
        "{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }  ~ unsupported type",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), } ~ unsupported header",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9, 9), } ~ is truncated",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), } ~ impossible",
      })
  void refusesOtherForms(String header, String message) throws IOException {
    byte[] text = (header + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] npy =
        Arrays.copyOf(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}, 26 + text.length);
    npy[8] = (byte) text.length;
    System.arraycopy(text, 0, npy, 10, text.length);
    Path file = directory.resolve("bad.npz");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      out.putNextEntry(new ZipEntry("x.npy"));
      out.write(npy);
      out.closeEntry();
    }
    assertMismatch(() -> Dataset.npz(file).close(), message);
  }

  @Test
  void refusesWhatIsNoArchive() throws IOException {
    Path file = Files.writeString(directory.resolve("text.npz"), "no archive");
    assertMismatch(() -> Dataset.npz(file).close(), "is not a readable .npz archive");
  }

  @Test
  void namesWhatDoesNotFitTheModel() throws IOException {
    Path file = file("ids", TensorData.ofLongs(new long[6], 2, 3));
    try (Dataset data = Dataset.npz(file)) {
      data.checkAgainst(List.of(input("ids", "INT64", 1L, 3L)));
      data.checkAgainst(List.of(input("ids", "INT64", -1L, -1L)));
      data.checkAgainst(List.of(input("ids", "INT64", 3L)));
      assertMismatch(
          () -> data.checkAgainst(List.of(input("mask", "INT64", -1L, 3L))),
          "has no array mask: it has [ids]");
      assertMismatch(
          () -> data.checkAgainst(List.of(input("ids", "INT32", -1L, 3L))),
          "input ids takes INT32, the array is INT64");
      assertMismatch(
          () -> data.checkAgainst(List.of(input("ids", "INT64", -1L, 4L))),
          "input ids takes shape [-1, 4], the array is INT64[2, 3]");
      assertMismatch(() -> data.labels(2), "has no array labels");
    }
  }

  @Test
  void wantsEquallyManySamples() throws IOException {
    Path file = directory.resolve("data.npz");
    try (NpzWriter writer = new NpzWriter(file)) {
      writer.put("a", TensorData.ofLongs(new long[6], 2, 3));
      writer.put("b", TensorData.ofLongs(new long[9], 3, 3));
      writer.put("labels", TensorData.ofLongs(new long[] {4, 5}, 2));
    }
    try (Dataset data = Dataset.npz(file)) {
      assertMismatch(
          () ->
              data.checkAgainst(
                  List.of(input("a", "INT64", -1L, 3L), input("b", "INT64", -1L, 3L))),
          "different numbers of samples: {a=2, b=3}");
      assertThat(data.labels(2)).containsExactly(4, 5);
      assertMismatch(() -> data.labels(3), "an integer array of shape [3] is needed");
      Map<String, TensorData> sample = data.sample(1, List.of(input("a", "INT64", -1L, 3L)));
      assertThat(sample.get("a").shape()).containsExactly(1, 3);
    }
  }

  private static VariantManifest.Tensor input(String name, String type, Long... shape) {
    return new VariantManifest.Tensor(name, type, List.of(shape));
  }

  private static void assertMismatch(Runnable action, String message) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(
            CompressionException.class,
            e -> assertThat(e.reason()).isEqualTo(FailureReason.DATASET_MISMATCH))
        .hasMessageContaining(message);
  }
}
