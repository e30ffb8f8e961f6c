package dev.modelfleet.runtime.serve.model;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiniteCheckTest {

  @ParameterizedTest
  @CsvSource({
    "FP32,0000803f0000c07f,NaN",
    "FP32,0000803f000080ff,-Infinity",
    "FP16,003c007c,Infinity",
    "BF16,803fc07f,NaN",
    "FP64,000000000000f03f000000000000f07f,Infinity"
  })
  void whatIsNotFiniteIsRefusedByItsPlace(DataType type, String bytes, String value) {
    assertThatThrownBy(() -> FiniteCheck.check(tensor(type, bytes)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("input 'x': element 1 is " + value);
  }

  @ParameterizedTest
  @CsvSource({"FP32,0000803f0000803f", "INT32,0000c07f0000c07f", "FP16,003cff7b"})
  void whatIsFiniteIsTaken(DataType type, String bytes) {
    assertThatCode(() -> FiniteCheck.check(tensor(type, bytes))).doesNotThrowAnyException();
  }

  private static Tensor tensor(DataType type, String bytes) {
    byte[] data = HexFormat.of().parseHex(bytes);
    return new Tensor("x", type, Shape.of(2), Unpooled.wrappedBuffer(data));
  }
}
