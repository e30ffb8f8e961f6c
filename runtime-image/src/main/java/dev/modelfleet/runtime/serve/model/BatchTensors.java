package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/** Tensors of several requests in one, along their first dimension, and back. */
final class BatchTensors {

  private BatchTensors() {}

  /**
   * A new tensor of all items, which the caller releases.
   *
   * @param parts equal but for their first dimension
   * @param size first dimension of the result; what the parts don't fill is zeros or empty strings
   */
  static Tensor join(List<Tensor> parts, int size) {
    Tensor first = parts.getFirst();
    Shape shape = first.shape().withBatch(size);
    int given = parts.stream().mapToInt(part -> (int) part.shape().dimension(0)).sum();
    int elementsOfItem = shape.withBatch(1).elements();
    // An empty string is a length of zero in four bytes.
    int elementBytes = first.datatype() == DataType.BYTES ? Integer.BYTES : first.datatype().size();
    int padding = (size - given) * elementsOfItem * elementBytes;
    int bytes = parts.stream().mapToInt(part -> part.data().readableBytes()).sum() + padding;
    ByteBuf data = PooledByteBufAllocator.DEFAULT.directBuffer(Math.max(1, bytes));
    for (Tensor part : parts) {
      ByteBuf source = part.data();
      data.writeBytes(source, source.readerIndex(), source.readableBytes());
    }
    data.writeZero(padding);
    return new Tensor(first.name(), first.datatype(), shape, data);
  }

  /**
   * One tensor for each part, over the same memory: each holds the joined one's.
   *
   * @param size first dimension that the joined tensor must have
   * @param items first dimension of each part
   * @throws ProtocolException (internal) where the model did not keep the first dimension
   */
  static List<Tensor> split(Tensor joined, int size, List<Integer> items) {
    if (joined.shape().rank() == 0 || joined.shape().dimension(0) != size) {
      throw new ProtocolException(
          ErrorCode.INTERNAL,
          "output '%s' of a batch of %d has shape %s: the model's first dimension counts no items, so its requests can't be joined"
              .formatted(joined.name(), size, joined.shape()));
    }
    int elementsOfItem = joined.shape().withBatch(1).elements();
    List<Tensor> parts = new ArrayList<>(items.size());
    int position = joined.data().readerIndex();
    for (int count : items) {
      int length = bytes(joined, position, count * elementsOfItem);
      parts.add(
          new Tensor(
              joined.name(),
              joined.datatype(),
              joined.shape().withBatch(count),
              joined.data().retainedSlice(position, length)));
      position += length;
    }
    return parts;
  }

  private static int bytes(Tensor tensor, int from, int elements) {
    if (tensor.datatype() != DataType.BYTES) {
      return elements * tensor.datatype().size();
    }
    int position = from;
    for (int i = 0; i < elements; i++) {
      position += Integer.BYTES + tensor.data().getIntLE(position);
    }
    return position - from;
  }
}
