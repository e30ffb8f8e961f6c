package dev.modelfleet.compression.runtime;

import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Puts results of single samples together along a first axis that counts samples. */
final class Stacking {

  private Stacking() {}

  static boolean sameShape(List<TensorData> samples) {
    return samples.stream().allMatch(s -> Arrays.equals(s.shape(), samples.getFirst().shape()));
  }

  /** A first axis of size 1 becomes the sample axis; else one is put in front. */
  static TensorData stack(List<TensorData> samples) {
    long[] one = samples.getFirst().shape();
    int from = one.length > 0 && one[0] == 1 ? 1 : 0;
    long[] shape = new long[one.length - from + 1];
    shape[0] = samples.size();
    System.arraycopy(one, from, shape, 1, one.length - from);
    ElementType type = samples.getFirst().type();
    if (type == ElementType.STRING) {
      List<String> strings = new ArrayList<>();
      samples.forEach(sample -> strings.addAll(sample.strings()));
      return TensorData.ofStrings(shape, strings);
    }
    ByteBuffer data = TensorData.direct(type.bytes(TensorData.elements(shape)));
    samples.forEach(sample -> data.put(sample.data()));
    return TensorData.of(type, shape, data.flip());
  }
}
