package dev.modelfleet.runtime.serve.grpc;

import com.google.protobuf.ByteString;
import dev.modelfleet.runtime.serve.grpc.proto.InferTensorContents;
import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;

/** Typed tensor contents into the binary form. Narrow integers must be in their type's range. */
final class TypedContents {

  private TypedContents() {}

  static void write(String name, DataType type, InferTensorContents contents, ByteBuf target) {
    switch (type) {
      case BOOL -> contents.getBoolContentsList().forEach(v -> target.writeByte(v ? 1 : 0));
      case INT8, INT16, INT32 -> {
        for (int value : contents.getIntContentsList()) {
          int shift = Integer.SIZE - type.size() * Byte.SIZE;
          narrow(name, type, value, (value << shift) >> shift == value, target);
        }
      }
      case UINT8, UINT16, UINT32 -> {
        for (int value : contents.getUintContentsList()) {
          int shift = Integer.SIZE - type.size() * Byte.SIZE;
          narrow(name, type, value, (value << shift) >>> shift == value, target);
        }
      }
      case INT64 -> contents.getInt64ContentsList().forEach(target::writeLongLE);
      case UINT64 -> contents.getUint64ContentsList().forEach(target::writeLongLE);
      case FP32 -> contents.getFp32ContentsList().forEach(target::writeFloatLE);
      case FP64 -> contents.getFp64ContentsList().forEach(target::writeDoubleLE);
      case BYTES -> {
        for (ByteString value : contents.getBytesContentsList()) {
          target.writeIntLE(value.size());
          value.asReadOnlyByteBufferList().forEach(target::writeBytes);
        }
      }
      case FP16, BF16 ->
          throw ProtocolException.invalid(
              "input '%s': %s has no typed contents; send it in raw_input_contents", name, type);
    }
  }

  private static void narrow(String name, DataType type, int value, boolean fits, ByteBuf target) {
    if (!fits) {
      throw ProtocolException.invalid(
          "input '%s': %s does not fit %s", name, Integer.toUnsignedString(value), type);
    }
    switch (type.size()) {
      case 1 -> target.writeByte(value);
      case 2 -> target.writeShortLE(value);
      default -> target.writeIntLE(value);
    }
  }
}
