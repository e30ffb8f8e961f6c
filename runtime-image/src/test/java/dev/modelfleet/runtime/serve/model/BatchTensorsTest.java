package dev.modelfleet.runtime.serve.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelfleet.runtime.serve.protocol.ByteStrings;
import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchTensorsTest {

  @Test
  void numbersAreJoinedPaddedWithZerosAndSplit() {
    Tensor joined = BatchTensors.join(List.of(shorts(1, 2), shorts(3, 4, 5, 6)), 4);
    assertThat(joined.shape()).isEqualTo(Shape.of(4, 2));
    assertThat(values(joined)).containsExactly(1, 2, 3, 4, 5, 6, 0, 0);
    List<Tensor> parts = BatchTensors.split(joined, 4, List.of(1, 2));
    joined.release();
    assertThat(values(parts.get(0))).containsExactly(1, 2);
    assertThat(values(parts.get(1))).containsExactly(3, 4, 5, 6);
    assertThat(parts.get(1).shape()).isEqualTo(Shape.of(2, 2));
    parts.forEach(Tensor::release);
    assertThat(joined.data().refCnt()).isZero();
  }

  @Test
  void stringsOfAnyLengthAreJoinedPaddedWithEmptyOnesAndSplit() {
    Tensor joined = BatchTensors.join(List.of(strings("é", ""), strings("abc", "d")), 3);
    assertThat(ByteStrings.decode(joined)).containsExactly("é", "", "abc", "d", "", "");
    List<Tensor> parts = BatchTensors.split(joined, 3, List.of(1, 1));
    assertThat(ByteStrings.decode(parts.get(0))).containsExactly("é", "");
    assertThat(ByteStrings.decode(parts.get(1))).containsExactly("abc", "d");
  }

  @Test
  void anOutputWhoseFirstDimensionCountsNoItemsIsNotSplit() {
    assertThatThrownBy(() -> BatchTensors.split(shorts(1, 2), 2, List.of(1, 1)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("output 'x' of a batch of 2 has shape [1,2]");
  }

  /** Items of two elements. */
  private static Tensor shorts(int... values) {
    ByteBuf data = Unpooled.directBuffer();
    Arrays.stream(values).forEach(data::writeShortLE);
    return new Tensor("x", DataType.INT16, Shape.of(values.length / 2, 2), data);
  }

  private static Tensor strings(String... values) {
    ByteBuf data = Unpooled.directBuffer();
    ByteStrings.encode(List.of(values), data);
    return new Tensor("x", DataType.BYTES, Shape.of(values.length / 2, 2), data);
  }

  private static int[] values(Tensor tensor) {
    int[] values = new int[tensor.data().readableBytes() / Short.BYTES];
    for (int i = 0; i < values.length; i++) {
      values[i] = tensor.data().getShortLE(tensor.data().readerIndex() + i * Short.BYTES);
    }
    return values;
  }
}
