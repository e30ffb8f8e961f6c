package dev.modelfleet.runtime.serve.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The binary form of BYTES tensors: each element its length (uint32, little-endian), its bytes. */
public final class ByteStrings {

  private ByteStrings() {}

  /** Checks that the data holds exactly {@code elements} strings. */
  static void check(String name, int elements, ByteBuf data) {
    int position = data.readerIndex();
    for (int i = 0; i < elements; i++) {
      long left = data.writerIndex() - (long) position - Integer.BYTES;
      long length = left < 0 ? 0 : data.getUnsignedIntLE(position);
      if (left < 0 || length > left) {
        throw ProtocolException.invalid(
            "input '%s': the BYTES data ends within element %d of %d", name, i, elements);
      }
      position += Integer.BYTES + (int) length;
    }
    if (position != data.writerIndex()) {
      throw ProtocolException.invalid(
          "input '%s' has %d bytes of data after its %d BYTES elements",
          name, data.writerIndex() - position, elements);
    }
  }

  /**
   * The elements as text.
   *
   * @throws ProtocolException (invalid) where an element is not UTF-8
   */
  public static String[] decode(Tensor tensor) {
    ByteBuf data = tensor.data();
    String[] strings = new String[tensor.shape().elements()];
    int position = data.readerIndex();
    for (int i = 0; i < strings.length; i++) {
      int length = data.getIntLE(position);
      position += Integer.BYTES;
      strings[i] = utf8(tensor.name(), i, data.nioBuffer(position, length));
      position += length;
    }
    return strings;
  }

  private static String utf8(String name, int element, ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw ProtocolException.invalid(
          "tensor '%s': element %d is not valid UTF-8, which ONNX strings must be", name, element);
    }
  }

  /** Appends the elements to {@code target}. */
  public static void encode(List<String> strings, ByteBuf target) {
    for (String string : strings) {
      append(string, target);
    }
  }

  /** Appends one element to {@code target}. */
  public static void append(String string, ByteBuf target) {
    byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
    target.writeIntLE(bytes.length).writeBytes(bytes);
  }
}
