package dev.modelfleet.compression.runtime;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.ProbeResult;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.dataset.NpyArray;
import dev.modelfleet.compression.dataset.NpzWriter;
import dev.modelfleet.compression.tensor.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Golden inputs: a few samples with the outputs that the builder computed, kept with a variant so
 * that any device can check, without users' data, that it computes the same.
 */
public final class Golden {

  /** Prefix of the arrays that are fed to the model. */
  public static final String INPUT = "input/";

  /** Prefix of the arrays that the model must give. */
  public static final String OUTPUT = "output/";

  private Golden() {}

  /**
   * Picks samples, runs the variant on them on the CPU and writes both.
   *
   * @param variant a model, in a file or in memory
   * @param data samples to pick from
   * @param samples how many to pick; fewer where the data set has fewer
   * @param seed decides which are picked
   * @param target file to write, {@code golden.npz}
   * @return number of samples written
   * @throws CompressionException with INVALID_MODEL where no output has the same shape for all
   *     samples
   */
  public static int create(OnnxModel variant, Dataset data, int samples, long seed, Path target) {
    SessionOptions options = SessionOptions.cpu(0);
    try (ModelSession session =
        variant.file().isPresent()
            ? ModelSession.open(variant.file().get(), options)
            : ModelInMemory.open(variant, options)) {
      data.checkAgainst(session.inputs());
      int[] picked = pick(data.samples(session.inputs()), samples, seed);
      Map<String, List<TensorData>> columns = new LinkedHashMap<>();
      for (int index : picked) {
        Map<String, TensorData> inputs = data.sample(index, session.inputs());
        inputs.forEach((name, value) -> add(columns, INPUT + name, value));
        session.run(inputs).forEach((name, value) -> add(columns, OUTPUT + name, value));
      }
      write(columns, target);
      return picked.length;
    }
  }

  private static int[] pick(int available, int wanted, long seed) {
    List<Integer> indices = new ArrayList<>(IntStream.range(0, available).boxed().toList());
    Collections.shuffle(indices, new Random(seed));
    return indices.stream().limit(wanted).mapToInt(Integer::intValue).sorted().toArray();
  }

  private static void add(Map<String, List<TensorData>> columns, String name, TensorData value) {
    columns.computeIfAbsent(name, k -> new ArrayList<>()).add(value);
  }

  private static void write(Map<String, List<TensorData>> columns, Path target) {
    boolean anyOutput = false;
    try (NpzWriter writer = new NpzWriter(target)) {
      for (Map.Entry<String, List<TensorData>> column : columns.entrySet()) {
        // An output whose shape depends on the sample, as of NonMaxSuppression, can't be one array.
        if (Stacking.sameShape(column.getValue())) {
          writer.put(column.getKey(), Stacking.stack(column.getValue()));
          anyOutput |= column.getKey().startsWith(OUTPUT);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + target, e);
    }
    if (!anyOutput) {
      throw new CompressionException(
          FailureReason.INVALID_MODEL,
          "no output of the model has the same shape for all samples: its results can't be kept as"
              + " golden outputs");
    }
  }

  /** The golden inputs as a data set, for instance for {@link Benchmark}. */
  public static Dataset inputs(Dataset golden) {
    return golden.under(INPUT);
  }

  /**
   * Runs the golden inputs, one sample at a time, and compares.
   *
   * @param goldenNpz file written by {@link #create}
   * @param minCosine smallest accepted cosine between a computed and a golden output, each as one
   *     vector; for integer outputs the fraction of equal elements
   */
  public static ProbeResult.GoldenAgreement replay(
      ModelSession session, Path goldenNpz, double minCosine) {
    try (Dataset golden = Dataset.npz(goldenNpz)) {
      Dataset inputs = inputs(golden);
      Dataset outputs = golden.under(OUTPUT);
      inputs.checkAgainst(session.inputs());
      int samples = inputs.samples(session.inputs());
      Comparison comparison = new Comparison();
      for (int i = 0; i < samples; i++) {
        Map<String, TensorData> computed =
            session.run(inputs.sample(i, session.inputs()), outputs.names());
        for (Map.Entry<String, TensorData> output : computed.entrySet()) {
          NpyArray expected = outputs.array(output.getKey());
          comparison.add(expected.slice(i, false), output.getValue());
        }
      }
      return new ProbeResult.GoldenAgreement(
          comparison.finite && comparison.minSimilarity >= minCosine,
          comparison.minSimilarity,
          comparison.maxDifference,
          samples);
    }
  }

  /** The worst over all outputs of all samples. */
  private static final class Comparison {
    private boolean finite = true;
    private double minSimilarity = 1;
    private double maxDifference;

    void add(TensorData expected, TensorData actual) {
      if (expected.size() != actual.size() || expected.type() != actual.type()) {
        minSimilarity = 0;
        return;
      }
      if (!expected.type().isFloat()) {
        minSimilarity = Math.min(minSimilarity, Similarity.equalFraction(expected, actual));
        return;
      }
      float[] a = expected.toFloats();
      float[] b = actual.toFloats();
      finite &= Similarity.isFinite(b);
      minSimilarity = Math.min(minSimilarity, finite ? Similarity.cosine(a, b) : 0);
      for (int i = 0; i < a.length; i++) {
        maxDifference = Math.max(maxDifference, Math.abs((double) a[i] - b[i]));
      }
    }
  }
}
