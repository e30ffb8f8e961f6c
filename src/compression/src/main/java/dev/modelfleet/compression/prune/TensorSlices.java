package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/** Takes positions out of constants. */
final class TensorSlices {

  private TensorSlices() {}

  /** A tensor without the positions along an axis whose root is removed. */
  static Tensor without(Tensor tensor, int axis, int[] roots, BitSet removed) {
    long[] shape = tensor.shape();
    long inner = tensor.type().bytes(1);
    for (int i = axis + 1; i < shape.length; i++) {
      inner *= shape[i];
    }
    long kept = 0;
    for (int root : roots) {
      kept += removed.get(root) ? 0 : 1;
    }
    if (kept == roots.length) {
      return tensor;
    }
    long outer = 1;
    for (int i = 0; i < axis; i++) {
      outer *= shape[i];
    }
    MemorySegment target = Tensor.allocate(outer * kept * inner);
    long at = 0;
    for (long o = 0; o < outer; o++) {
      for (int i = 0; i < roots.length; i++) {
        if (!removed.get(roots[i])) {
          MemorySegment.copy(tensor.data(), (o * roots.length + i) * inner, target, at, inner);
          at += inner;
        }
      }
    }
    shape[axis] = kept;
    return Tensor.of(tensor.type(), shape, target);
  }
}
