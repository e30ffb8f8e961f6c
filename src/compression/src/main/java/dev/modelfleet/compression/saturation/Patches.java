package dev.modelfleet.compression.saturation;

import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a convolution reads for each output, as channels: the padded input at each position of the
 * kernel, position by position.
 */
final class Patches {

  private final Corrections graph;
  private final Node node;

  Patches(Corrections graph, Node node) {
    this.graph = graph;
    this.node = node;
  }

  /** Index, among the channels of {@link #of}, of what a row of the weights multiplies. */
  static long channel(SaturatingProduct product, int row, int output) {
    ProductWeights weights = product.weights();
    long groups = product.node().integer("group", 1);
    long group = output / (weights.channels() / groups);
    long position = row / weights.inputChannels();
    return (position * groups + group) * weights.inputChannels() + row % weights.inputChannels();
  }

  /** Name of the patches: [batch, positions · channels, spatial axes of the output]. */
  String of(SaturatingProduct product) {
    int axes = product.spatialAxes();
    List<Long> kernel = product.kernel();
    List<Long> strides = attribute("strides", axes, 1);
    List<Long> dilations = attribute("dilations", axes, 1);
    String padded = padded(product, axes);
    List<String> positions = new ArrayList<>();
    long count = kernel.stream().reduce(1L, (a, b) -> a * b);
    for (long position = 0; position < count; position++) {
      positions.add(at(padded, position, kernel, strides, dilations));
    }
    if (positions.size() == 1) {
      return positions.getFirst();
    }
    String name = graph.name(padded + "_patches");
    graph.node("Concat", positions, name).with("axis", 1);
    return name;
  }

  private String padded(SaturatingProduct product, int axes) {
    String real = graph.real(product.activations());
    List<Long> pads = attribute("pads", 2 * axes, 0);
    if (pads.stream().allMatch(pad -> pad == 0)) {
      return real;
    }
    long[] all = new long[2 * (axes + 2)];
    for (int i = 0; i < axes; i++) {
      all[2 + i] = pads.get(i);
      all[axes + 4 + i] = pads.get(axes + i);
    }
    return graph.fresh(
        "Pad",
        List.of(
            real,
            graph.constant(real, Tensor.ofLongs(all, all.length)),
            graph.constant(real, Tensor.ofFloats(new float[] {product.zeroPoint()}))));
  }

  private String at(
      String padded, long position, List<Long> kernel, List<Long> strides, List<Long> dilations) {
    int axes = kernel.size();
    long[] starts = new long[axes];
    long[] ends = new long[axes];
    long[] along = new long[axes];
    long rest = position;
    for (int axis = axes - 1; axis >= 0; axis--) {
      long place = rest % kernel.get(axis);
      rest /= kernel.get(axis);
      starts[axis] = place * dilations.get(axis);
      long behind = (kernel.get(axis) - 1 - place) * dilations.get(axis);
      ends[axis] = behind == 0 ? Integer.MAX_VALUE : -behind;
      along[axis] = axis + 2;
    }
    return graph.fresh(
        "Slice",
        List.of(
            padded,
            graph.constant(padded, Tensor.ofLongs(starts, axes)),
            graph.constant(padded, Tensor.ofLongs(ends, axes)),
            graph.constant(padded, Tensor.ofLongs(along, axes)),
            graph.constant(
                padded,
                Tensor.ofLongs(strides.stream().mapToLong(Long::longValue).toArray(), axes))));
  }

  private List<Long> attribute(String name, int length, long otherwise) {
    List<Long> given = node.integers(name);
    return given.isEmpty() ? Collections.nCopies(length, otherwise) : given;
  }
}
