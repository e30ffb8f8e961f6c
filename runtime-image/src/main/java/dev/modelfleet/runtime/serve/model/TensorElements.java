package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.Tensor;
import io.netty.buffer.ByteBuf;

/** Single elements of a tensor of any numeric type. */
final class TensorElements {

  private TensorElements() {}

  /** Element {@code index} of the flattened tensor; exact but for 64-bit integers beyond 2⁵³. */
  static double number(Tensor tensor, int index) {
    ByteBuf data = tensor.data();
    int at = data.readerIndex() + index * tensor.datatype().size();
    return switch (tensor.datatype()) {
      case BOOL, INT8 -> data.getByte(at);
      case UINT8 -> data.getUnsignedByte(at);
      case INT16 -> data.getShortLE(at);
      case UINT16 -> data.getUnsignedShortLE(at);
      case INT32 -> data.getIntLE(at);
      case UINT32 -> data.getUnsignedIntLE(at);
      case INT64 -> data.getLongLE(at);
      case UINT64 -> (data.getLongLE(at) >>> 1) * 2.0 + (data.getLongLE(at) & 1);
      case FP16 -> Float.float16ToFloat(data.getShortLE(at));
      case BF16 -> Float.intBitsToFloat(data.getShortLE(at) << 16);
      case FP32 -> data.getFloatLE(at);
      case FP64 -> data.getDoubleLE(at);
      case BYTES -> throw new IllegalArgumentException("strings are no numbers");
    };
  }
}
