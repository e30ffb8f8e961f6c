package dev.modelfleet.compression.simplify;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import dev.modelfleet.compression.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Folds what scales and shifts the channels of a convolution's result, BatchNormalization or Mul
 * and Add with constants, into its weights and bias.
 */
final class ConvolutionFolding {

  private static final ValueLayout.OfFloat FLOATS =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Graph graph;
  private final NameSource names;

  private ConvolutionFolding(Graph graph) {
    this.graph = graph;
    this.names = graph.names();
  }

  /** Scale and shift of each channel. */
  private record Affine(float[] scale, float[] shift) {}

  static int fold(Graph graph) {
    return graph.nodes().stream().anyMatch(node -> node.is("Conv"))
        ? new ConvolutionFolding(graph).run()
        : 0;
  }

  private int run() {
    int folded = 0;
    boolean changed = true;
    while (changed) {
      changed = false;
      Uses uses = new Uses(graph);
      for (Node conv : graph.nodes()) {
        Node next = conv.is("Conv") ? uses.onlyConsumer(conv.output(0)).orElse(null) : null;
        Optional<Affine> affine = next == null ? Optional.empty() : affine(uses, conv, next);
        if (affine.isPresent()) {
          apply(conv, affine.get());
          conv.outputs().set(0, next.output(0));
          graph.nodes().remove(next);
          folded++;
          changed = true;
          break;
        }
      }
    }
    return folded;
  }

  private Optional<Affine> affine(Uses uses, Node conv, Node next) {
    Tensor weights = graph.constants().get(conv.input(1));
    boolean biasKnown = conv.input(2).isEmpty() || graph.constants().containsKey(conv.input(2));
    if (weights == null
        || weights.type() != ElementType.FLOAT
        || !biasKnown
        || weights.rank() < 3) {
      return Optional.empty();
    }
    int channels = (int) weights.dimension(0);
    if (next.is("BatchNormalization")) {
      return isInference(uses, next) ? batchNorm(next) : Optional.empty();
    }
    String other = next.input(0).equals(conv.output(0)) ? next.input(1) : next.input(0);
    Tensor constant = graph.constants().get(other);
    if (constant == null || constant.type() != ElementType.FLOAT) {
      return Optional.empty();
    }
    if (next.is("Mul")) {
      return perChannel(constant, channels, weights.rank())
          .map(scale -> new Affine(scale, new float[channels]));
    }
    return next.is("Add")
        ? perChannel(constant, channels, weights.rank()).map(b -> new Affine(ones(channels), b))
        : Optional.empty();
  }

  private static boolean isInference(Uses uses, Node norm) {
    return norm.integer("training_mode", 0) == 0
        && norm.outputs().stream().skip(1).allMatch(uses::isUnused);
  }

  private Optional<Affine> batchNorm(Node norm) {
    float[][] parameters = new float[4][];
    for (int i = 0; i < 4; i++) {
      Tensor tensor = graph.constants().get(norm.input(i + 1));
      if (tensor == null || tensor.type() != ElementType.FLOAT) {
        return Optional.empty();
      }
      parameters[i] = tensor.floats();
    }
    float epsilon = norm.real("epsilon", 1e-5f);
    int channels = parameters[0].length;
    float[] scale = new float[channels];
    float[] shift = new float[channels];
    for (int c = 0; c < channels; c++) {
      double factor = parameters[0][c] / Math.sqrt((double) parameters[3][c] + epsilon);
      scale[c] = (float) factor;
      shift[c] = (float) (parameters[1][c] - parameters[2][c] * factor);
    }
    return Optional.of(new Affine(scale, shift));
  }

  /** Values of a constant that broadcasts along channels only: [C, 1, …] or [1, C, 1, …]. */
  private static Optional<float[]> perChannel(Tensor constant, int channels, int rank) {
    if (constant.size() == 1 && constant.rank() <= rank) {
      float[] all = new float[channels];
      Arrays.fill(all, constant.floats()[0]);
      return Optional.of(all);
    }
    int axis = constant.rank() - (rank - 1);
    boolean alongChannels =
        (axis == 0 || axis == 1)
            && constant.dimension(axis) == channels
            && constant.size() == channels;
    return alongChannels ? Optional.of(constant.floats()) : Optional.empty();
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private void apply(Node conv, Affine affine) {
    Tensor weights = graph.constants().get(conv.input(1));
    int channels = affine.scale.length;
    float[] filter = new float[Math.toIntExact(weights.size() / Math.max(1, channels))];
    MemorySegment scaled = Tensor.allocate(weights.byteSize());
    for (int c = 0; c < channels; c++) {
      weights.copyFloats((long) c * filter.length, filter);
      for (int i = 0; i < filter.length; i++) {
        filter[i] *= affine.scale[c];
      }
      MemorySegment.copy(filter, 0, scaled, FLOATS, 4L * c * filter.length, filter.length);
    }
    float[] bias = conv.input(2).isEmpty() ? new float[channels] : bias(conv);
    for (int c = 0; c < channels; c++) {
      bias[c] = bias[c] * affine.scale[c] + affine.shift[c];
    }
    setInput(conv, 1, "_folded", Tensor.of(weights.type(), weights.shape(), scaled));
    setInput(conv, 2, "_bias", Tensor.ofFloats(bias, channels));
  }

  private float[] bias(Node conv) {
    return graph.constants().get(conv.input(2)).floats();
  }

  /** A constant may have other readers, so that it is replaced rather than changed. */
  private void setInput(Node conv, int index, String suffix, Tensor tensor) {
    String name = names.fresh(conv.output(0) + suffix);
    graph.constants().put(name, tensor);
    while (conv.inputs().size() <= index) {
      conv.inputs().add("");
    }
    conv.inputs().set(index, name);
  }
}
