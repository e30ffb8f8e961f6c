package dev.modelfleet.runtime.serve;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.DeviceClass;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.dataset.NpzWriter;
import dev.modelfleet.compression.tensor.TensorData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/** Variants in temporary directories, made from the models of src/test/resources/models. */
public final class TestVariant {

  private TestVariant() {}

  /** A variant without golden inputs. */
  public static Path of(Path directory, String model) throws IOException {
    copyModel(directory, model);
    return writeManifest(directory, model, null);
  }

  /** A variant with golden inputs: arrays by their names in the file, one sample each. */
  static Path withGolden(Path directory, String model, Map<String, TensorData> arrays)
      throws IOException {
    return withGolden(directory, model, 1, arrays);
  }

  /** A variant with golden inputs: arrays by their names in the file, so many samples each. */
  public static Path withGolden(
      Path directory, String model, int samples, Map<String, TensorData> arrays)
      throws IOException {
    copyModel(directory, model);
    try (NpzWriter writer = new NpzWriter(directory.resolve("golden.npz"))) {
      for (Map.Entry<String, TensorData> array : arrays.entrySet()) {
        writer.put(array.getKey(), array.getValue());
      }
    }
    return writeManifest(directory, model, new VariantManifest.Golden("golden.npz", samples, 0.99));
  }

  /** The sum and difference of two vectors as golden inputs of the model add_sub. */
  static Path addSubWithGolden(Path directory, float... sum) throws IOException {
    return withGolden(
        directory,
        "add_sub",
        Map.of(
            "input/a", TensorData.ofFloats(new float[] {1, 2, 3, 4}, 1, 4),
            "input/b", TensorData.ofFloats(new float[] {1, 1, 1, 1}, 1, 4),
            "output/sum", TensorData.ofFloats(sum, 1, 4)));
  }

  private static void copyModel(Path directory, String model) throws IOException {
    try (InputStream source = TestVariant.class.getResourceAsStream("/models/" + model + ".onnx")) {
      Files.copy(
          source,
          directory.resolve(VariantManifest.ONNX_FILE),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static Path writeManifest(Path directory, String name, VariantManifest.Golden golden)
      throws IOException {
    VariantManifest manifest =
        new VariantManifest(
            VariantManifest.SCHEMA_VERSION,
            "key",
            name,
            "recipe",
            VariantManifest.ONNX_FILE,
            new TargetProfile(DeviceClass.CPU, null, "amd64", "ONNXRuntime", "CPU", List.of()),
            null,
            List.of(),
            List.of(),
            golden);
    Files.writeString(directory.resolve(VariantManifest.FILE), ContractJson.writePretty(manifest));
    return directory;
  }
}
