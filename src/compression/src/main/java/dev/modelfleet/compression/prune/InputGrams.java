package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.calibration.GramMatrices;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.runtime.ModelInMemory;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.tensor.TensorData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;

/**
 * Sums of {@code x·xᵀ} over what layers multiply with their weights, x being all that one result is
 * computed from: a row for a matrix product, a patch for a convolution, of which positions are
 * sampled. They say which errors of weights change results.
 */
public final class InputGrams {

  /** Matrices of convolutions that are added up in one pass over the data have so many bytes. */
  private static final long MAX_BYTES = 96L << 20;

  private static final int ROWS_PER_INPUT = 4;
  private static final int LEAST_ROWS = 2048;
  private static final int MOST_ROWS = 16384;

  private final OnnxModel model;
  private final ConcreteShapes shapes;
  private final Dataset data;
  private final long seed;

  /**
   * Prepares.
   *
   * @param shapes of the model
   * @param seed of the positions of convolutions that are looked at
   */
  public InputGrams(OnnxModel model, ConcreteShapes shapes, Dataset data, long seed) {
    this.model = model;
    this.shapes = shapes;
    this.data = data;
    this.seed = seed;
  }

  /**
   * Whether there can be a matrix for a layer: a product, or a convolution over two axes in one
   * group with pads of its own.
   */
  public static boolean has(Layer layer, ConcreteShapes shapes) {
    long[] input = shapes.of(layer.input());
    if (input == null || shapes.of(layer.output()) == null) {
      return false;
    }
    boolean padded = layer.node().text("auto_pad", "NOTSET").equals("NOTSET");
    return !layer.isConvolution() || (input.length == 4 && layer.groups() == 1 && padded);
  }

  /**
   * Runs all samples, several times where the matrices are large.
   *
   * @param layers for which there can be one
   * @param consumer is given layers that read the same, with their matrix, which it may change
   */
  public void run(List<Layer> layers, BiConsumer<List<Layer>, double[][]> consumer) {
    Map<String, List<Layer>> products = new LinkedHashMap<>();
    Map<String, Integer> widths = new LinkedHashMap<>();
    List<Layer> convolutions = new ArrayList<>();
    for (Layer layer : layers) {
      if (layer.isConvolution()) {
        convolutions.add(layer);
      } else {
        products.computeIfAbsent(layer.input(), value -> new ArrayList<>()).add(layer);
        widths.put(layer.input(), inputs(layer));
      }
    }
    if (!products.isEmpty()) {
      GramMatrices.run(
          model, widths, data, (value, gram) -> consumer.accept(products.get(value), gram));
    }
    for (int from = 0; from < convolutions.size(); ) {
      int to = from;
      long bytes = 0;
      do {
        bytes += 8L * inputs(convolutions.get(to)) * inputs(convolutions.get(to++));
      } while (to < convolutions.size() && bytes <= MAX_BYTES);
      patches(convolutions.subList(from, to), consumer);
      from = to;
    }
  }

  /** Weights of one output channel. */
  private int inputs(Layer layer) {
    long[] weights = shapes.of(layer.weights());
    return (int) (TensorData.elements(weights) / weights[layer.outAxis()]);
  }

  private void patches(List<Layer> layers, BiConsumer<List<Layer>, double[][]> consumer) {
    Set<String> taps = new LinkedHashSet<>();
    List<GramSum> sums = new ArrayList<>();
    for (Layer layer : layers) {
      taps.add(layer.input());
      sums.add(new GramSum(inputs(layer)));
    }
    model.inputs().forEach(input -> taps.remove(input.name()));
    // A session gives at least one value.
    taps.add(layers.getFirst().output());
    SplittableRandom random = new SplittableRandom(seed);
    int samples = data.samples(model.inputs());
    OnnxModel tapped = model.withGraph(ChannelMoments.withOutputs(model.graph(), taps));
    try (ModelSession session = ModelInMemory.open(tapped, SessionOptions.cpu(0))) {
      for (int i = 0; i < samples; i++) {
        Map<String, TensorData> values = new HashMap<>(data.sample(i, model.inputs()));
        values.putAll(session.run(data.sample(i, model.inputs())));
        for (int l = 0; l < layers.size(); l++) {
          add(layers.get(l), values.get(layers.get(l).input()), sums.get(l), samples, random);
        }
      }
    }
    for (int l = 0; l < layers.size(); l++) {
      consumer.accept(List.of(layers.get(l)), sums.get(l).matrix());
    }
  }

  /** Each sample gives as many positions, one of each of as many equal parts of the result. */
  private void add(
      Layer layer, TensorData input, GramSum sum, int samples, SplittableRandom random) {
    Patches patches = Patches.of(layer, input.shape(), shapes.of(layer.weights()));
    float[] values = input.toFloats();
    long[] output = shapes.of(layer.output());
    int channels = (int) input.shape()[1];
    int area = (int) (output[2] * output[3]);
    int positions = (int) input.shape()[0] * area;
    int wanted = Math.clamp((long) ROWS_PER_INPUT * inputs(layer), LEAST_ROWS, MOST_ROWS);
    int rows = Math.min(Math.ceilDiv(wanted, samples), positions);
    for (int r = 0; r < rows; r++) {
      int from = (int) ((long) r * positions / rows);
      int to = (int) ((long) (r + 1) * positions / rows);
      int position = from + random.nextInt(Math.max(1, to - from));
      int place = position % area;
      int y = place / (int) output[3];
      int x = place % (int) output[3];
      patches.read(values, position / area, y, x, 0, channels, sum.next());
      sum.add();
    }
  }
}
