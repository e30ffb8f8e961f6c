package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.TensorData;
import java.util.Map;
import java.util.SplittableRandom;

/** Fits the weights and the bias of one layer, group by group, to sampled positions. */
final class LayerFit {

  /** Rows for each unknown of an output; fewer make a fit worse than none. */
  private static final int ROWS_PER_INPUT = 4;

  private static final int LEAST_ROWS = 2048;
  private static final int MOST_ROWS = 16384;

  /** Weight of the old weights, relative to the mean square of the inputs. */
  private static final double RIDGE = 1e-2;

  private final RepairSite site;
  private final Patches patches;
  private final int[] kept;
  private final int inPerGroup;
  private final int outPerGroup;
  private final boolean intercept;
  private final LeastSquares[] groups;
  private final int rowsPerSample;

  /**
   * @param weights as they are in the pruned graph
   * @param input shape of the pruned input
   * @param kept the original's output channels that are left
   */
  LayerFit(RepairSite site, Tensor weights, long[] input, int[] kept, int samples) {
    this.site = site;
    this.kept = kept;
    Layer layer = site.layer();
    this.patches = Patches.of(layer, input, weights.shape());
    this.groups = new LeastSquares[layer.groups()];
    this.inPerGroup = (int) weights.dimension(layer.inAxis());
    this.outPerGroup = (int) weights.dimension(layer.outAxis()) / groups.length;
    this.intercept = layer.isConvolution() || site.biasNode() != null;
    int unknowns = inPerGroup * patches.area() + (intercept ? 1 : 0);
    for (int g = 0; g < groups.length; g++) {
      groups[g] = new LeastSquares(unknowns, outPerGroup);
    }
    int rows = Math.clamp((long) ROWS_PER_INPUT * unknowns, LEAST_ROWS, MOST_ROWS);
    this.rowsPerSample = Math.ceilDiv(rows, samples);
  }

  RepairSite site() {
    return site;
  }

  /**
   * Takes one sample into account.
   *
   * @param pruned values of the pruned graph: the layer's input and, where there is one, the
   *     shortcut
   * @param original value that the target has in the original
   */
  void add(Map<String, TensorData> pruned, TensorData original, SplittableRandom random) {
    float[] input = pruned.get(site.layer().input()).toFloats();
    float[] wanted = original.toFloats();
    float[] shortcut = site.shortcut() == null ? null : pruned.get(site.shortcut()).toFloats();
    long[] shape = original.shape();
    boolean convolution = site.layer().isConvolution();
    int channels = (int) (convolution ? shape[1] : shape[shape.length - 1]);
    int area = convolution ? (int) (shape[2] * shape[3]) : 1;
    int columns = convolution ? (int) shape[3] : 1;
    int positions = wanted.length / channels;
    int rows = Math.min(rowsPerSample, positions);
    for (int r = 0; r < rows; r++) {
      // All positions where there are few, otherwise one of each of as many equal parts.
      int from = (int) ((long) r * positions / rows);
      int to = (int) ((long) (r + 1) * positions / rows);
      int position = from + random.nextInt(Math.max(1, to - from));
      int item = position / area;
      int place = position % area;
      for (int g = 0; g < groups.length; g++) {
        double[] x = groups[g].nextInputs();
        patches.read(input, item, place / columns, place % columns, g * inPerGroup, inPerGroup, x);
        if (intercept) {
          x[x.length - 1] = 1;
        }
        double[] y = groups[g].nextTargets();
        for (int o = 0; o < outPerGroup; o++) {
          int channel = g * outPerGroup + o;
          y[o] = wanted[(item * channels + kept[channel]) * area + place];
          y[o] -= shortcut == null ? 0 : shortcut[(item * kept.length + channel) * area + place];
        }
        groups[g].add();
      }
    }
  }

  /** Writes what was found into the pruned graph. */
  void finish(Graph graph, Map<String, Node> producers) {
    Layer layer = site.layer();
    Tensor weights = graph.constants().get(layer.weights());
    float[] values = weights.floats();
    Node biasNode = site.biasNode() == null ? null : producers.get(site.biasNode().output(0));
    if (layer.isConvolution() && biasNode.input(2).isEmpty()) {
      addBias(graph, biasNode);
    }
    String biasName = biasNode == null ? null : biasName(biasNode);
    float[] bias = biasName == null ? null : graph.constants().get(biasName).floats();
    int area = patches.area();
    for (int g = 0; g < groups.length; g++) {
      double[][] solution = new double[inPerGroup * area + (intercept ? 1 : 0)][outPerGroup];
      for (int o = 0; o < outPerGroup; o++) {
        for (int i = 0; i < inPerGroup * area; i++) {
          solution[i][o] = values[index(layer, g * outPerGroup + o, i)];
        }
        if (intercept) {
          solution[inPerGroup * area][o] = bias == null ? 0 : bias[g * outPerGroup + o];
        }
      }
      groups[g].solve(solution, RIDGE);
      for (int o = 0; o < outPerGroup; o++) {
        for (int i = 0; i < inPerGroup * area; i++) {
          values[index(layer, g * outPerGroup + o, i)] = (float) solution[i][o];
        }
        if (bias != null) {
          bias[g * outPerGroup + o] = (float) solution[inPerGroup * area][o];
        }
      }
    }
    graph.constants().put(layer.weights(), Tensor.ofFloats(values, weights.shape()));
    if (biasName != null) {
      graph.constants().put(biasName, Tensor.ofFloats(bias, bias.length));
    }
  }

  private String biasName(Node biasNode) {
    return biasNode.input(site.biasIndex()).isEmpty() ? null : biasNode.input(site.biasIndex());
  }

  private void addBias(Graph graph, Node node) {
    String name = graph.names().fresh(node.output(0) + "_bias");
    graph.constants().put(name, Tensor.ofFloats(new float[kept.length], kept.length));
    while (node.inputs().size() < 3) {
      node.inputs().add("");
    }
    node.inputs().set(2, name);
  }

  /** Place of a weight: output channel, and input of the group counted as patches are. */
  private int index(Layer layer, int out, int in) {
    return layer.outAxis() == 0 ? out * inPerGroup * patches.area() + in : in * kept.length + out;
  }
}
