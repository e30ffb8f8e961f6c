package dev.modelfleet.compression.dataset;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;

/**
 * Samples for calibration, evaluation and golden inputs: one array for each model input, named as
 * the input, the first axis counting samples; optionally {@value #LABELS}, an integer array of
 * shape [samples]. Samples are handed out one at a time; nothing else is held in memory.
 */
public final class Dataset implements AutoCloseable {

  /** Name of the array that holds the class of each sample. */
  public static final String LABELS = "labels";

  private final String description;
  private final Map<String, NpyArray> arrays;
  private final List<? extends Closeable> resources;

  private Dataset(
      String description, Map<String, NpyArray> arrays, List<? extends Closeable> resources) {
    this.description = description;
    this.arrays = arrays;
    this.resources = resources;
  }

  /**
   * Opens a data set: an {@code .npz} file, a folder with one, folders of ONNX test data ({@code
   * test_data_set_*}), or a folder of images with a {@code dataset.yaml} that says how they are
   * read.
   *
   * @throws CompressionException with SOURCE_NOT_FOUND where nothing is there, with
   *     DATASET_MISMATCH where it is no such data set
   */
  public static Dataset open(Path path) {
    return Files.isDirectory(path) ? DatasetFolder.open(path) : npz(path);
  }

  /** A single sample with a single array: what a model's input was given. */
  public static Dataset ofSample(String name, TensorData values) {
    ArrayFile array = new ArrayFile(name, 1);
    array.add(Path.of(name), values);
    return made(name, List.of(array));
  }

  /** A data set of arrays that were made for it; they are closed with it. */
  static Dataset made(String description, List<ArrayFile> files) {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    for (ArrayFile file : files) {
      NpyArray array = file.array();
      arrays.put(array.name(), array);
    }
    return new Dataset(description, arrays, files);
  }

  /**
   * Opens an {@code .npz} archive as {@code numpy.savez} or {@code numpy.savez_compressed} write
   * it.
   *
   * @throws CompressionException with DATASET_MISMATCH where it is no such archive, is damaged or
   *     holds arrays of a form that can't be read
   */
  public static Dataset npz(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new CompressionException(
          FailureReason.SOURCE_NOT_FOUND, "data set " + file + " is not a file");
    }
    ZipEntries archive = null;
    try {
      archive = new ZipEntries(file);
      Map<String, Long> offsets = ZipDirectory.localOffsets(file);
      Map<String, NpyArray> arrays = new LinkedHashMap<>();
      for (ZipEntry entry : archive.entries()) {
        String name = entry.getName().replaceFirst("\\.npy$", "");
        arrays.put(
            name,
            NpyArray.of(name, archive.bytes(entry, offsets.getOrDefault(entry.getName(), -1L))));
      }
      return new Dataset(file.toString(), arrays, List.of(archive));
    } catch (IOException e) {
      close(archive);
      throw new CompressionException(
          FailureReason.DATASET_MISMATCH,
          "data set %s is not a readable .npz archive: %s".formatted(file, e.getMessage()),
          e);
    } catch (CompressionException e) {
      close(archive);
      throw new CompressionException(
          e.reason(), "data set %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * The arrays whose names begin with a prefix, under their names without it. Closing the view
   * leaves this data set open.
   */
  public Dataset under(String prefix) {
    Map<String, NpyArray> view = new LinkedHashMap<>();
    arrays.forEach(
        (name, array) -> {
          if (name.startsWith(prefix)) {
            view.put(name.substring(prefix.length()), array);
          }
        });
    return new Dataset(description + " (" + prefix + ")", view, List.of());
  }

  /** Names of all arrays, in the order of the archive. */
  public Set<String> names() {
    return arrays.keySet();
  }

  /**
   * One array.
   *
   * @throws CompressionException with DATASET_MISMATCH where there is none of this name
   */
  public NpyArray array(String name) {
    NpyArray array = arrays.get(name);
    if (array == null) {
      throw mismatch("has no array %s: it has %s".formatted(name, names()));
    }
    return array;
  }

  /** Number of samples that the arrays for these inputs hold. */
  public int samples(List<VariantManifest.Tensor> inputs) {
    return inputs.isEmpty() ? 0 : Math.toIntExact(array(inputs.getFirst().name()).shape()[0]);
  }

  /** As {@link #checkAgainst(List)} for the inputs of a model. */
  public void checkAgainst(OnnxModel model) {
    checkAgainst(model.inputs());
  }

  /**
   * Checks that every input has an array of its type and shape and that all hold the same number of
   * samples, at least one.
   *
   * @throws CompressionException with DATASET_MISMATCH that names the input, what it takes and what
   *     is there
   */
  public void checkAgainst(List<VariantManifest.Tensor> inputs) {
    for (VariantManifest.Tensor input : inputs) {
      InputFit.check(description, input, array(input.name()));
    }
    Map<String, Long> counts =
        inputs.stream()
            .collect(
                Collectors.toMap(
                    VariantManifest.Tensor::name,
                    input -> array(input.name()).shape()[0],
                    (a, b) -> a,
                    LinkedHashMap::new));
    if (counts.values().stream().distinct().count() > 1) {
      throw mismatch(
          "has different numbers of samples: %s; the first axis of every array counts samples"
              .formatted(counts));
    }
    if (counts.containsValue(0L)) {
      throw mismatch("holds no samples: the first axis of its arrays is 0");
    }
  }

  /**
   * One sample as a model takes it, with masks and padding as they are in the data set; FP32 values
   * are rounded where the model takes FP16.
   *
   * @param index from 0
   */
  public Map<String, TensorData> sample(int index, List<VariantManifest.Tensor> inputs) {
    Map<String, TensorData> sample = new LinkedHashMap<>();
    for (VariantManifest.Tensor input : inputs) {
      NpyArray array = array(input.name());
      TensorData values = array.slice(index, InputFit.keepsSampleAxis(input, array));
      sample.put(input.name(), InputFit.isRounded(input, array) ? values.toHalf() : values);
    }
    return sample;
  }

  /**
   * The class of each sample.
   *
   * @throws CompressionException with DATASET_MISMATCH where {@value #LABELS} is missing, not of an
   *     integer type or not of shape [samples]
   */
  public long[] labels(int samples) {
    NpyArray labels = array(LABELS);
    if (labels.rank() != 1
        || labels.shape()[0] != samples
        || labels.type().isFloat()
        || labels.type() == ElementType.STRING) {
      throw mismatch(
          "has labels %s: an integer array of shape [%d] is needed"
              .formatted(InputFit.describe(labels), samples));
    }
    return labels.all().toLongs();
  }

  private CompressionException mismatch(String problem) {
    return new CompressionException(
        FailureReason.DATASET_MISMATCH, "data set " + description + " " + problem);
  }

  @Override
  public void close() {
    resources.forEach(Dataset::close);
  }

  private static void close(Closeable resource) {
    if (resource == null) {
      return;
    }
    try {
      resource.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
