package dev.modelfleet.runtime.serve.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.Arrays;

/** An input while its members arrive, in any order. */
final class InputDraft {

  private static final int MAX_RANK = 8;

  private final byte[] text;
  private final int textOffset;
  private final int textLength;
  private final ByteBufAllocator allocator;

  private String name;
  private DataType datatype;
  private Shape shape;
  private long binarySize = -1;
  private int dataStart = -1;
  private int dataEnd;
  private ByteBuf data;

  /** An input of a request whose JSON is {@code textLength} bytes of {@code text}. */
  InputDraft(byte[] text, int textOffset, int textLength, ByteBufAllocator allocator) {
    this.text = text;
    this.textOffset = textOffset;
    this.textLength = textLength;
    this.allocator = allocator;
  }

  /** Reads the object at whose start the parser stands. */
  void read(JsonParser json, JsonFactory factory) throws IOException {
    JsonFields.eachMember(json, "every element of inputs", field -> readField(json, field));
    if (name == null || datatype == null || shape == null) {
      throw ProtocolException.invalid("every input needs name, shape and datatype");
    }
    if (dataStart >= 0) {
      try (JsonParser again = factory.createParser(text, dataStart, dataEnd - dataStart)) {
        again.nextToken();
        readData(again);
      }
    }
  }

  private void readField(JsonParser json, String field) throws IOException {
    switch (field) {
      case "name" -> name = JsonFields.text(json, "an input's name");
      case "datatype" -> datatype = DataType.of(JsonFields.text(json, "an input's datatype"));
      case "shape" -> shape = readShape(json);
      case "parameters" -> JsonFields.eachMember(json, field, key -> readParameter(json, key));
      case "data" -> readOrRememberData(json);
      default -> json.skipChildren();
    }
  }

  private void readParameter(JsonParser json, String key) throws IOException {
    switch (key) {
      case "binary_data_size" -> binarySize = JsonFields.count(json, key);
      case "shared_memory_region" ->
          throw ProtocolException.invalid("this server has no shared memory extension");
      default -> json.skipChildren();
    }
  }

  /** Data whose type is not known yet is passed over and read when the input is complete. */
  private void readOrRememberData(JsonParser json) throws IOException {
    if (name != null && datatype != null && shape != null) {
      readData(json);
      return;
    }
    dataStart = textOffset + (int) json.currentTokenLocation().getByteOffset();
    json.skipChildren();
    dataEnd = textOffset + (int) json.currentLocation().getByteOffset();
  }

  private void readData(JsonParser json) throws IOException {
    // An element takes at least two bytes of JSON: a declared shape alone reserves no memory.
    long capacity =
        Math.min(
            (long) shape.elements() * Math.max(1, datatype.size()),
            (textLength / 2L + 1) * Long.BYTES);
    data = allocator.directBuffer((int) Math.min(capacity, Integer.MAX_VALUE));
    new JsonTensorReader(name, datatype).read(json, data);
  }

  private Shape readShape(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw ProtocolException.invalid("an input's shape must be an array");
    }
    long[] dimensions = new long[MAX_RANK];
    int rank = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (rank == MAX_RANK) {
        throw ProtocolException.invalid("an input's shape has more than %d dimensions", MAX_RANK);
      }
      dimensions[rank++] = JsonFields.count(json, "every dimension of an input's shape");
    }
    return Shape.of(Arrays.copyOf(dimensions, rank));
  }

  /** Takes the binary data that starts at {@code position}, if any, and returns where it ends. */
  int takeBinary(ByteBuf body, int position) {
    if (binarySize < 0) {
      return position;
    }
    if (data != null) {
      throw ProtocolException.invalid("input '%s' has both data and binary_data_size", name);
    }
    if (binarySize > body.writerIndex() - position) {
      throw ProtocolException.invalid(
          "input '%s' declares %d bytes of binary data, but %d are left in the body",
          name, binarySize, body.writerIndex() - position);
    }
    data = aligned(body, position, (int) binarySize);
    return position + (int) binarySize;
  }

  /** Shares the body's memory unless it is on the heap or not aligned for the type. */
  private ByteBuf aligned(ByteBuf body, int position, int length) {
    int alignment = Math.max(1, datatype.size());
    if (body.hasMemoryAddress() && (body.memoryAddress() + position) % alignment == 0) {
      return body.retainedSlice(position, length);
    }
    return allocator.directBuffer(Math.max(1, length)).writeBytes(body, position, length);
  }

  Tensor toTensor() {
    if (data == null) {
      throw ProtocolException.invalid(
          "input '%s' has no data: give data, or binary_data_size and the bytes", name);
    }
    return Tensor.checked(name, datatype, shape, data);
  }

  void discard() {
    if (data != null) {
      data.release();
    }
  }
}
