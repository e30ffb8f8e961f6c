package dev.modelfleet.runtime.serve.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.modelfleet.runtime.serve.protocol.ByteStrings;
import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Writes a tensor's elements as a flat JSON array. */
final class JsonTensorWriter {

  private static final int PIECE = 8 << 10;

  /** All ones in floats that are infinite or no number. */
  private static final int EXPONENT = 0x7f80_0000;

  private JsonTensorWriter() {}

  /**
   * Writes the array.
   *
   * @param target what {@code json} writes to
   * @throws ProtocolException (invalid) where the type has no JSON form
   */
  static void write(Tensor tensor, JsonGenerator json, ByteBuf target) throws IOException {
    if (!tensor.datatype().hasJsonForm()) {
      throw ProtocolException.invalid(
          "output '%s': %s has no JSON form; ask for it in binary form (binary_data: true)",
          tensor.name(), tensor.datatype());
    }
    if (tensor.datatype() == DataType.FP32 && isFinite(tensor.data())) {
      // The generator writes the name's colon, and then waits while the array is written past it.
      json.writeRawValue("");
      json.flush();
      writeFloats(tensor.data(), target);
      return;
    }
    json.writeStartArray();
    switch (tensor.datatype()) {
      case BYTES -> {
        for (String element : ByteStrings.decode(tensor)) {
          json.writeString(element);
        }
      }
      default -> writeNumbers(tensor, json);
    }
    json.writeEndArray();
  }

  private static void writeNumbers(Tensor tensor, JsonGenerator json) throws IOException {
    ByteBuf data = tensor.data();
    int size = tensor.datatype().size();
    for (int at = data.readerIndex(); at < data.writerIndex(); at += size) {
      switch (tensor.datatype()) {
        case BOOL -> json.writeBoolean(data.getByte(at) != 0);
        case INT8 -> json.writeNumber(data.getByte(at));
        case UINT8 -> json.writeNumber(data.getUnsignedByte(at));
        case INT16 -> json.writeNumber(data.getShortLE(at));
        case UINT16 -> json.writeNumber(data.getUnsignedShortLE(at));
        case INT32 -> json.writeNumber(data.getIntLE(at));
        case UINT32 -> json.writeNumber(data.getUnsignedIntLE(at));
        case INT64 -> json.writeNumber(data.getLongLE(at));
        case UINT64 -> json.writeNumber(Long.toUnsignedString(data.getLongLE(at)));
        case FP32 -> json.writeNumber(data.getFloatLE(at));
        case FP64 -> json.writeNumber(data.getDoubleLE(at));
        case FP16, BF16, BYTES -> throw new IllegalStateException("handled before");
      }
    }
  }

  /** What is not finite has no number in JSON: the generator writes it as a string. */
  private static boolean isFinite(ByteBuf data) {
    for (int at = data.readerIndex(); at < data.writerIndex(); at += Float.BYTES) {
      if ((data.getIntLE(at) & EXPONENT) == EXPONENT) {
        return false;
      }
    }
    return true;
  }

  private static void writeFloats(ByteBuf data, ByteBuf target) {
    byte[] piece = new byte[PIECE];
    int used = 0;
    piece[used++] = '[';
    for (int at = data.readerIndex(); at < data.writerIndex(); at += Float.BYTES) {
      if (used > PIECE - FloatText.MOST_BYTES - 1) {
        target.writeBytes(piece, 0, used);
        used = 0;
      }
      if (at > data.readerIndex()) {
        piece[used++] = ',';
      }
      used = FloatText.write(data.getFloatLE(at), piece, used);
    }
    target.writeBytes(piece, 0, used).writeByte(']');
  }
}
