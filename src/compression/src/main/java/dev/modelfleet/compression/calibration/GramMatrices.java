package dev.modelfleet.compression.calibration;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.onnx.ValueInfoProto;
import dev.modelfleet.compression.runtime.ModelInMemory;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.tensor.TensorData;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Sums of {@code x·xᵀ} over everything that an activation is: all samples and positions, its last
 * axis being x. The products of one sample are computed inside the graph in FP32 and added up in
 * double precision, so that memory grows with the width of activations only.
 */
public final class GramMatrices {

  /** Matrices that are added up in one pass over the data have at most so many bytes. */
  private static final long MAX_BYTES = 24L << 20;

  private GramMatrices() {}

  /**
   * Runs all samples, several times where the matrices are large.
   *
   * @param values names of FP32 values, each with the size of its last axis
   * @param consumer is given each value's matrix, row by row, and may change it
   * @throws CompressionException with INVALID_MODEL where a value is not finite
   */
  public static void run(
      OnnxModel model,
      Map<String, Integer> values,
      Dataset data,
      BiConsumer<String, double[][]> consumer) {
    data.checkAgainst(model);
    List<String> names = new ArrayList<>(values.keySet());
    for (int from = 0; from < names.size(); ) {
      Map<String, Integer> group = new LinkedHashMap<>();
      long bytes = 0;
      do {
        int width = values.get(names.get(from));
        group.put(names.get(from++), width);
        bytes += 8L * width * width;
      } while (from < names.size()
          && bytes + 8L * square(values.get(names.get(from))) <= MAX_BYTES);
      add(model, group, data).forEach(consumer);
    }
  }

  private static long square(long width) {
    return width * width;
  }

  private static Map<String, double[][]> add(
      OnnxModel model, Map<String, Integer> group, Dataset data) {
    Map<String, double[][]> sums = new LinkedHashMap<>();
    Map<String, String> taps = new LinkedHashMap<>();
    group.forEach((value, width) -> sums.put(value, new double[width][width]));
    Graph graph = tap(model.graph(), group, taps);
    try (ModelSession session = ModelInMemory.open(model.withGraph(graph), SessionOptions.cpu(0))) {
      int samples = data.samples(model.inputs());
      for (int i = 0; i < samples; i++) {
        session
            .run(data.sample(i, model.inputs()))
            .forEach((tap, product) -> add(taps.get(tap), sums.get(taps.get(tap)), product));
      }
    }
    return sums;
  }

  private static Graph tap(Graph original, Map<String, Integer> group, Map<String, String> taps) {
    Graph graph = original.copy();
    NameSource names = graph.names();
    graph.outputs().clear();
    group.forEach(
        (value, width) -> {
          String shape = names.fresh(value + "_rows");
          String rows = names.fresh(value + "_matrix");
          String columns = names.fresh(value + "_transposed");
          String product = names.fresh(value + "_gram");
          graph.constants().put(shape, Tensor.ofLongs(new long[] {-1, width}, 2));
          graph.nodes().add(Node.of("Reshape", rows, List.of(value, shape), List.of(rows)));
          graph
              .nodes()
              .add(
                  Node.of("Transpose", columns, List.of(rows), List.of(columns))
                      .with("perm", List.of(1L, 0L)));
          graph.nodes().add(Node.of("MatMul", product, List.of(columns, rows), List.of(product)));
          graph.outputs().add(ValueInfoProto.newBuilder().setName(product).build());
          taps.put(product, value);
        });
    return graph;
  }

  private static void add(String value, double[][] sums, TensorData product) {
    FloatBuffer floats = product.data().asFloatBuffer();
    float[] row = new float[sums.length];
    for (double[] sum : sums) {
      floats.get(row);
      for (int j = 0; j < row.length; j++) {
        sum[j] += row[j];
      }
      if (!Double.isFinite(sum[0])) {
        throw new CompressionException(
            FailureReason.INVALID_MODEL,
            "activation %s is not finite on the calibration data".formatted(value));
      }
    }
  }
}
