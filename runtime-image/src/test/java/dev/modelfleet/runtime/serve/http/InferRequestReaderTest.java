package dev.modelfleet.runtime.serve.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.InferRequest;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.RequestedOutput;
import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class InferRequestReaderTest {

  private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

  static Stream<Arguments> elements() {
    return Stream.of(
        arguments(DataType.BOOL, "[true,false]", "0100"),
        arguments(DataType.INT8, "[-128,127]", "807f"),
        arguments(DataType.UINT8, "[0,255]", "00ff"),
        arguments(DataType.INT16, "[-2,258]", "feff0201"),
        arguments(DataType.UINT16, "[1,65535]", "0100ffff"),
        arguments(DataType.INT32, "[-1,1]", "ffffffff01000000"),
        arguments(DataType.UINT32, "[1,4294967295]", "01000000ffffffff"),
        arguments(DataType.INT64, "[-9223372036854775808,1]", "00000000000000800100000000000000"),
        arguments(DataType.UINT64, "[18446744073709551615,1]", "ffffffffffffffff0100000000000000"),
        arguments(DataType.FP32, "[1,-0.5]", "0000803f000000bf"),
        arguments(DataType.FP32, "[\"NaN\",\"-Infinity\"]", "0000c07f000080ff"),
        arguments(DataType.FP32, "[NaN,Infinity]", "0000c07f0000807f"),
        arguments(DataType.FP64, "[1.5,2]", "000000000000f83f0000000000000040"),
        arguments(DataType.BYTES, "[\"ab\",\"\"]", "02000000616200000000"),
        arguments(DataType.BYTES, "[\"é\",\"\\u0000\"]", "02000000c3a90100000000"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("elements")
  void jsonElementsBecomeLittleEndianBytes(DataType type, String data, String bytes) {
    try (InferRequest request = read(input("x", type, "[2]", data))) {
      assertThat(ByteBufUtil.hexDump(request.inputs().getFirst().data())).isEqualTo(bytes);
    }
  }

  @Test
  void nestedArraysAreRowMajor() {
    try (InferRequest request = read(input("x", DataType.UINT8, "[2,2]", "[[1,2],[3,4]]"))) {
      assertThat(ByteBufUtil.hexDump(request.inputs().getFirst().data())).isEqualTo("01020304");
    }
  }

  @Test
  void membersMayComeInAnyOrder() {
    String json =
        "{\"inputs\":[{\"data\":[1,2],\"parameters\":{\"other\":[{}]},\"shape\":[2],"
            + "\"datatype\":\"INT8\",\"name\":\"x\"}],\"id\":\"7\"}";
    try (InferRequest request = read(json)) {
      assertThat(request.id()).isEqualTo("7");
      assertThat(ByteBufUtil.hexDump(request.inputs().getFirst().data())).isEqualTo("0102");
    }
  }

  @Test
  void binaryDataFollowsInTheOrderOfTheInputs() {
    String json =
        "{\"inputs\":["
            + binaryInput("a", DataType.FP16, "[1]", 2)
            + ","
            + "{\"name\":\"b\",\"shape\":[1],\"datatype\":\"INT8\",\"data\":[9]},"
            + binaryInput("c", DataType.BYTES, "[1]", 5)
            + "]}";
    try (InferRequest request = read(json, "003c0100000041")) {
      assertThat(request.inputs())
          .extracting(Tensor::name, Tensor::shape, t -> ByteBufUtil.hexDump(t.data()))
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("a", Shape.of(1), "003c"),
              org.assertj.core.groups.Tuple.tuple("b", Shape.of(1), "09"),
              org.assertj.core.groups.Tuple.tuple("c", Shape.of(1), "0100000041"));
    }
  }

  @Test
  void alignedBinaryDataIsNotCopied() {
    String json = "{\"inputs\":[" + binaryInput("x", DataType.FP32, "[1]", 4) + "]}";
    RequestBody body = new RequestBody(1000, -1, json.length(), new BodyBudget(1000), ALLOCATOR);
    body.append(Unpooled.copiedBuffer(json, StandardCharsets.UTF_8));
    body.append(Unpooled.wrappedBuffer(new byte[] {0, 0, (byte) 0x80, 0x3F}));
    try (InferRequest request = InferRequestReader.read(body.bytes(), json.length(), ALLOCATOR)) {
      ByteBuf data = request.inputs().getFirst().data();
      assertThat(data.memoryAddress())
          .isEqualTo(body.bytes().memoryAddress() + body.bytes().writerIndex() - 4);
      assertThat(data.memoryAddress() % 4).isZero();
    }
    body.release();
  }

  @Test
  void requestedOutputsTakeTheDefaultFormUnlessTheySayOtherwise() {
    String json =
        "{\"parameters\":{\"binary_data_output\":true,\"timeout\":5,\"priority\":1},\"inputs\":["
            + input("x", DataType.INT8, "[0]", "[]").replaceAll("^\\{\"inputs\":\\[|]}$", "")
            + "],\"outputs\":[{\"name\":\"a\"},{\"name\":\"b\",\"parameters\":{\"binary_data\":false,"
            + "\"classification\":3}}]}";
    try (InferRequest request = read(json)) {
      assertThat(request.binaryOutputs()).isTrue();
      assertThat(request.timeoutMicros()).isEqualTo(5);
      assertThat(request.priority()).isEqualTo(1);
      assertThat(request.outputs())
          .containsExactly(new RequestedOutput("a", true, 0), new RequestedOutput("b", false, 3));
    }
  }

  static Stream<Arguments> badRequests() {
    return Stream.of(
        arguments("no JSON", "hello", "not valid JSON"),
        arguments("nothing", "", "must be a JSON object"),
        arguments("an array", "[]", "must be a JSON object"),
        arguments("cut off", "{\"inputs\":[", "not valid JSON"),
        arguments("two documents", "{\"inputs\":[]}{}", "followed by something else"),
        arguments("a member twice", "{\"id\":\"a\",\"id\":\"b\"}", "Duplicate field"),
        arguments("no inputs", "{}", "no inputs"),
        arguments("inputs no array", "{\"inputs\":{}}", "inputs must be an array"),
        arguments("id no string", "{\"id\":1,\"inputs\":[]}", "id must be a string"),
        arguments("an empty input", "{\"inputs\":[{}]}", "needs name, shape and datatype"),
        arguments("unknown type", input("x", "FP8", "[1]", "[1]"), "datatype 'FP8'"),
        arguments("negative dimension", input("x", "INT8", "[-1]", "[1]"), "not negative"),
        arguments("fraction as dimension", input("x", "INT8", "[1.5]", "[1]"), "whole number"),
        arguments("huge shape", input("x", "INT8", "[99999,99999]", "[1]"), "more than 2147483647"),
        arguments("huge dimension", input("x", "INT8", "[99999999999]", "[1]"), "2147483647"),
        arguments("too high a rank", input("x", "INT8", "[1,1,1,1,1,1,1,1,1]", "[1]"), "8 dim"),
        arguments("too few elements", input("x", "INT8", "[3]", "[1]"), "has 1 bytes of data"),
        arguments("too many elements", input("x", "INT8", "[1]", "[1,2]"), "has 2 bytes of data"),
        arguments(
            "no data",
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT8\"}]}",
            "'x' has no data"),
        arguments("data no array", input("x", "INT8", "[1]", "1"), "data must be an array"),
        arguments("a string for a number", input("x", "INT8", "[1]", "[\"1\"]"), "whole number"),
        arguments("a word for a float", input("x", "FP32", "[1]", "[\"one\"]"), "must be a number"),
        arguments("null for a number", input("x", "INT64", "[1]", "[null]"), "whole number"),
        arguments("an object for a number", input("x", "INT8", "[1]", "[{}]"), "whole number"),
        arguments("a fraction for an integer", input("x", "INT32", "[1]", "[1.0]"), "whole number"),
        arguments("a number for a boolean", input("x", "BOOL", "[1]", "[1]"), "true or false"),
        arguments("a number for a string", input("x", "BYTES", "[1]", "[1]"), "must be a string"),
        arguments("INT8 beyond", input("x", "INT8", "[1]", "[128]"), "128 does not fit INT8"),
        arguments("UINT8 below", input("x", "UINT8", "[1]", "[-1]"), "-1 does not fit UINT8"),
        arguments("UINT32 beyond", input("x", "UINT32", "[1]", "[4294967296]"), "does not fit"),
        arguments("INT64 beyond", input("x", "INT64", "[1]", "[9223372036854775808]"), "not fit"),
        arguments(
            "UINT64 beyond", input("x", "UINT64", "[1]", "[18446744073709551616]"), "not fit"),
        arguments("FP16 as JSON", input("x", "FP16", "[1]", "[1]"), "no JSON form"),
        arguments("BF16 as JSON", input("x", "BF16", "[1]", "[1]"), "no JSON form"),
        arguments("deep nesting", input("x", "INT8", "[1]", "[".repeat(2000)), "nesting depth"),
        arguments(
            "shared memory",
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT8\",\"parameters\":"
                + "{\"shared_memory_region\":\"r\"}}]}",
            "no shared memory"),
        arguments("output without name", "{\"inputs\":[],\"outputs\":[{}]}", "needs a name"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badRequests")
  void badRequestsAreRefusedWithTheReason(String what, String json, String reason) {
    assertRefused(json, "", reason);
  }

  static Stream<Arguments> badBinaryRequests() {
    String one = "{\"inputs\":[" + binaryInput("x", DataType.INT32, "[2]", 8) + "]}";
    return Stream.of(
        arguments("too few bytes", one, "0102", "declares 8 bytes of binary data, but 2 are left"),
        arguments("too many bytes", one, "010203040506070809", "1 bytes more than"),
        arguments(
            "size against shape",
            "{\"inputs\":[" + binaryInput("x", DataType.INT32, "[2]", 4) + "]}",
            "01020304",
            "has 4 bytes of data, but shape [2] of INT32 needs 8"),
        arguments(
            "negative size",
            "{\"inputs\":[" + binaryInput("x", DataType.INT32, "[2]", -8) + "]}",
            "",
            "whole number, not negative"),
        arguments(
            "strings cut off",
            "{\"inputs\":[" + binaryInput("x", DataType.BYTES, "[1]", 5) + "]}",
            "0900000041",
            "ends within element 0 of 1"),
        arguments(
            "a string's length beyond 2³¹",
            "{\"inputs\":[" + binaryInput("x", DataType.BYTES, "[1]", 5) + "]}",
            "ffffffff41",
            "ends within element 0 of 1"),
        arguments(
            "too many strings",
            "{\"inputs\":[" + binaryInput("x", DataType.BYTES, "[1]", 8) + "]}",
            "0000000000000000",
            "4 bytes of data after its 1 BYTES elements"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badBinaryRequests")
  void badBinaryDataIsRefusedWithTheReason(String what, String json, String bytes, String reason) {
    assertRefused(json, bytes, reason);
  }

  @Test
  void jsonLengthBeyondTheBodyIsRefused() {
    ByteBuf body = Unpooled.copiedBuffer("{}", StandardCharsets.UTF_8);
    ProtocolException refusal =
        catchThrowableOfType(
            ProtocolException.class, () -> InferRequestReader.read(body, 3, ALLOCATOR));
    assertThat(refusal).hasMessageContaining("is 3, but the body has 2 bytes");
  }

  private static void assertRefused(String json, String bytes, String reason) {
    ProtocolException refusal =
        catchThrowableOfType(ProtocolException.class, () -> read(json, bytes).close());
    assertThat(refusal).hasMessageContaining(reason);
    assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID);
  }

  private static InferRequest read(String json) {
    return read(json, "");
  }

  private static InferRequest read(String json, String hexBytes) {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    ByteBuf body = Unpooled.directBuffer();
    body.writeBytes(text).writeBytes(ByteBufUtil.decodeHexDump(hexBytes));
    try {
      return InferRequestReader.read(body, text.length, ALLOCATOR);
    } finally {
      body.release();
    }
  }

  private static String input(String name, DataType type, String shape, String data) {
    return input(name, type.name(), shape, data);
  }

  private static String input(String name, String type, String shape, String data) {
    return "{\"inputs\":[{\"name\":\"%s\",\"shape\":%s,\"datatype\":\"%s\",\"data\":%s}]}"
        .formatted(name, shape, type, data);
  }

  private static String binaryInput(String name, DataType type, String shape, int size) {
    return "{\"name\":\"%s\",\"shape\":%s,\"datatype\":\"%s\",\"parameters\":{\"binary_data_size\":%d}}"
        .formatted(name, shape, type, size);
  }
}
