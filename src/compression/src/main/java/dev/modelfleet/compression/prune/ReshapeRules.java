package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.graph.Node;
import java.util.Arrays;

/**
 * What reshaping does to axes. Where an axis is split, the outermost part can lose positions, each
 * of them a block of the whole; the inner parts must stay. Where axes are merged, one of them can
 * lose positions. Attention heads are of the first kind and then of the second, Flatten is of the
 * second.
 */
final class ReshapeRules {

  private final ChannelGraph graph;
  private final Atoms atoms;

  ReshapeRules(ChannelGraph graph) {
    this.graph = graph;
    this.atoms = graph.atoms();
  }

  /** Flatten, Squeeze, Unsqueeze: the result's shape follows by itself. */
  boolean regroup(Node node) {
    int[][] input = graph.axes(node.input(0));
    graph.put(node.output(0), regrouped(input, graph.shape(node.output(0))));
    return true;
  }

  /** Reshape: the lengths that it is given must be ones that can be changed. */
  boolean reshape(Node node) {
    int[][] input = graph.axes(node.input(0));
    int[][] result = regrouped(input, graph.shape(node.output(0)));
    ReshapeTarget target = ReshapeTarget.of(graph, node);
    for (int i = 0; i < result.length; i++) {
      boolean copied = i < input.length && result[i] == input[i];
      if (!target.canChange(i, copied)) {
        atoms.freeze(result[i]);
      }
    }
    graph.put(node.output(0), result);
    return true;
  }

  private int[][] regrouped(int[][] input, long[] shape) {
    int[][] result = new int[shape.length][];
    int in = 0;
    int out = 0;
    while (out < shape.length && in < input.length) {
      int firstIn = in;
      int firstOut = out;
      long inSize = input[in++].length;
      long outSize = shape[out++];
      while (inSize != outSize) {
        if (inSize < outSize && in < input.length) {
          inSize *= input[in++].length;
        } else if (outSize < inSize && out < shape.length) {
          outSize *= shape[out++];
        } else {
          break;
        }
      }
      map(Arrays.copyOfRange(input, firstIn, in), shape, firstOut, out, result);
    }
    for (; in < input.length; in++) {
      atoms.freeze(input[in]);
    }
    for (; out < shape.length; out++) {
      result[out] = Atoms.frozen(shape[out]);
    }
    return result;
  }

  /** Some axes become some others with as many elements. */
  private void map(int[][] from, long[] shape, int firstOut, int endOut, int[][] result) {
    for (int i = firstOut; i < endOut; i++) {
      result[i] = Atoms.frozen(shape[i]);
    }
    if (from.length == 1 && endOut - firstOut == 1) {
      result[firstOut] = from[0];
    } else if (from.length == 1) {
      split(from[0], shape, firstOut, endOut, result);
    } else if (endOut - firstOut == 1) {
      result[firstOut] = merged(from);
    } else {
      Arrays.stream(from).forEach(atoms::freeze);
    }
  }

  private void split(int[] axis, long[] shape, int firstOut, int endOut, int[][] result) {
    int outer = firstOut;
    while (outer < endOut - 1 && shape[outer] == 1) {
      outer++;
    }
    int[] blocks = new int[(int) shape[outer]];
    int size = axis.length / Math.max(1, blocks.length);
    for (int i = 0; i < axis.length; i++) {
      atoms.join(axis[i], axis[i / size * size]);
    }
    for (int block = 0; block < blocks.length; block++) {
      blocks[block] = axis[block * size];
    }
    result[outer] = blocks;
  }

  private int[] merged(int[][] from) {
    int free = 0;
    while (free < from.length - 1 && (from[free].length == 1 || atoms.isFrozen(from[free]))) {
      free++;
    }
    int inner = 1;
    for (int i = 0; i < from.length; i++) {
      inner *= i > free ? from[i].length : 1;
      if (i != free) {
        atoms.freeze(from[i]);
      }
    }
    int outer =
        Arrays.stream(from).limit(free).mapToInt(axis -> axis.length).reduce(1, (a, b) -> a * b);
    int[] result = new int[outer * from[free].length * inner];
    for (int i = 0; i < result.length; i++) {
      result[i] = from[free][i / inner % from[free].length];
    }
    return result;
  }
}
