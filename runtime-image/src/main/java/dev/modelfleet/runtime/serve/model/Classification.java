package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.ByteStrings;
import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The classification extension: in place of a tensor of scores its k highest, as strings {@code
 * score:index}. The scores of one item are the last axis; all axes before it count items.
 */
final class Classification {

  private Classification() {}

  /** The tensor itself where {@code k} is 0; otherwise a BYTES tensor, the original released. */
  static Tensor apply(Tensor tensor, int k) {
    if (k == 0) {
      return tensor;
    }
    if (tensor.datatype() == DataType.BYTES || tensor.shape().rank() == 0) {
      tensor.release();
      throw ProtocolException.invalid(
          "output '%s' has no scores to classify: it is %s of shape %s",
          tensor.name(), tensor.datatype(), tensor.shape());
    }
    long[] shape = tensor.shape().toArray();
    int classes = (int) shape[shape.length - 1];
    int given = Math.min(k, classes);
    ByteBuf target = Unpooled.buffer();
    int items = classes == 0 ? 0 : tensor.shape().elements() / classes;
    for (int item = 0; item < items; item++) {
      ByteStrings.encode(highest(tensor, item * classes, classes, given), target);
    }
    tensor.release();
    shape[shape.length - 1] = given;
    return new Tensor(tensor.name(), DataType.BYTES, Shape.of(shape), target);
  }

  private static List<String> highest(Tensor tensor, int offset, int classes, int k) {
    return IntStream.range(0, classes)
        .boxed()
        .sorted(
            Comparator.comparingDouble(
                (Integer index) -> -TensorElements.number(tensor, offset + index)))
        .limit(k)
        .map(index -> text(tensor, offset + index) + ":" + index)
        .toList();
  }

  private static String text(Tensor tensor, int element) {
    double score = TensorElements.number(tensor, element);
    return switch (tensor.datatype()) {
      case FP32, FP16, BF16 -> Float.toString((float) score);
      case FP64 -> Double.toString(score);
      default -> Long.toString((long) score);
    };
  }
}
