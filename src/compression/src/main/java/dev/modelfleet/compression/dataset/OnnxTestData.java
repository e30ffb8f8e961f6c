package dev.modelfleet.compression.dataset;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.graph.TensorFile;
import dev.modelfleet.compression.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The form in which ONNX models bring their test data: folders {@code test_data_set_0}, {@code _1},
 * …, each one sample, with a file {@code input_0.pb}, {@code input_1.pb}, … for each input: a
 * TensorProto that carries the input's name. Expected outputs beside them are not looked at.
 */
final class OnnxTestData {

  static final String PREFIX = "test_data_set_";

  private OnnxTestData() {}

  /**
   * @param folder that holds the folders
   */
  static Dataset read(Path folder) throws IOException {
    List<Path> samples = list(folder, PREFIX);
    Map<String, ArrayFile> arrays = new LinkedHashMap<>();
    for (Path sample : samples) {
      for (Path file : list(sample, "input_")) {
        TensorFile tensor = TensorFile.read(file);
        if (tensor.name().isEmpty()) {
          throw new CompressionException(
              FailureReason.DATASET_MISMATCH,
              file + " carries no name: set the TensorProto's name to that of the model's input");
        }
        arrays
            .computeIfAbsent(tensor.name(), name -> new ArrayFile(name, samples.size()))
            .add(file, oneSample(tensor.values()));
      }
    }
    return Dataset.made(folder.toString(), new ArrayList<>(arrays.values()));
  }

  /** A batch of one is one sample; what has no batch axis is one too. */
  private static TensorData oneSample(TensorData values) {
    long[] shape = values.shape();
    return shape.length > 0 && shape[0] == 1
        ? TensorData.of(values.type(), Arrays.copyOfRange(shape, 1, shape.length), values.data())
        : values;
  }

  /** Files of a folder by the number at the end of their names. */
  private static List<Path> list(Path folder, String prefix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found =
          files
              .filter(file -> file.getFileName().toString().matches(prefix + "[0-9]{1,9}(\\.pb)?"))
              .sorted(Comparator.comparingLong(OnnxTestData::number))
              .toList();
      if (found.isEmpty()) {
        throw new CompressionException(
            FailureReason.DATASET_MISMATCH,
            "data set %s holds no %s0, %s1, …".formatted(folder, prefix, prefix));
      }
      return found;
    }
  }

  private static long number(Path file) {
    return Long.parseLong(file.getFileName().toString().replaceAll("[^0-9]", ""));
  }
}
