package dev.modelfleet.runtime.serve.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import dev.modelfleet.runtime.serve.protocol.ByteStrings;
import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.math.BigInteger;

/**
 * Reads the {@code data} of a tensor, a flat or nested JSON array, into its binary form. Numbers
 * must be in the type's range and, for integers, whole; floating-point types also take the strings
 * {@code "NaN"}, {@code "Infinity"} and {@code "-Infinity"}, as the response writer gives them.
 */
final class JsonTensorReader {

  private static final BigInteger UINT64_MAX =
      BigInteger.TWO.pow(Long.SIZE).subtract(BigInteger.ONE);

  private final String name;
  private final DataType type;

  JsonTensorReader(String name, DataType type) {
    this.name = name;
    this.type = type;
  }

  /** Appends all elements of the array at which the parser stands. */
  void read(JsonParser json, ByteBuf target) throws IOException {
    if (!type.hasJsonForm()) {
      throw ProtocolException.invalid(
          "input '%s': %s has no JSON form; send it in binary form", name, type);
    }
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw ProtocolException.invalid("input '%s': data must be an array", name);
    }
    int depth = 1;
    while (depth > 0) {
      JsonToken token = json.nextToken();
      switch (token) {
        case START_ARRAY -> depth++;
        case END_ARRAY -> depth--;
        default -> element(json, token, target);
      }
    }
  }

  private void element(JsonParser json, JsonToken token, ByteBuf target) throws IOException {
    switch (type) {
      case BOOL -> target.writeByte(bool(token) ? 1 : 0);
      case INT8 -> target.writeByte((int) whole(json, token, Byte.MIN_VALUE, Byte.MAX_VALUE));
      case UINT8 -> target.writeByte((int) whole(json, token, 0, 0xFF));
      case INT16 -> target.writeShortLE((int) whole(json, token, Short.MIN_VALUE, Short.MAX_VALUE));
      case UINT16 -> target.writeShortLE((int) whole(json, token, 0, 0xFFFF));
      case INT32 ->
          target.writeIntLE((int) whole(json, token, Integer.MIN_VALUE, Integer.MAX_VALUE));
      case UINT32 -> target.writeIntLE((int) whole(json, token, 0, 0xFFFF_FFFFL));
      case INT64 -> target.writeLongLE(whole(json, token, Long.MIN_VALUE, Long.MAX_VALUE));
      case UINT64 -> target.writeLongLE(unsignedLong(json, token));
      case FP32 -> target.writeFloatLE((float) real(json, token));
      case FP64 -> target.writeDoubleLE(real(json, token));
      case BYTES -> ByteStrings.append(text(json, token), target);
      case FP16, BF16 -> throw new IllegalStateException("refused before");
    }
  }

  private boolean bool(JsonToken token) {
    return switch (token) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw misfit("true or false");
    };
  }

  private long whole(JsonParser json, JsonToken token, long min, long max) throws IOException {
    if (token != JsonToken.VALUE_NUMBER_INT) {
      throw misfit("a whole number");
    }
    long value;
    try {
      value = json.getLongValue();
    } catch (InputCoercionException e) {
      throw outOfRange(json.getText());
    }
    if (value < min || value > max) {
      throw outOfRange(Long.toString(value));
    }
    return value;
  }

  private long unsignedLong(JsonParser json, JsonToken token) throws IOException {
    if (token != JsonToken.VALUE_NUMBER_INT) {
      throw misfit("a whole number");
    }
    BigInteger value = json.getBigIntegerValue();
    if (value.signum() < 0 || value.compareTo(UINT64_MAX) > 0) {
      throw outOfRange(value.toString());
    }
    return value.longValue();
  }

  private double real(JsonParser json, JsonToken token) throws IOException {
    return switch (token) {
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getDoubleValue();
      case VALUE_STRING ->
          switch (json.getText()) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw misfit("a number");
          };
      default -> throw misfit("a number");
    };
  }

  private String text(JsonParser json, JsonToken token) throws IOException {
    if (token != JsonToken.VALUE_STRING) {
      throw misfit("a string");
    }
    return json.getText();
  }

  private ProtocolException misfit(String expected) {
    return ProtocolException.invalid(
        "input '%s': every element of %s data must be %s", name, type, expected);
  }

  private ProtocolException outOfRange(String value) {
    return ProtocolException.invalid("input '%s': %s does not fit %s", name, value, type);
  }
}
