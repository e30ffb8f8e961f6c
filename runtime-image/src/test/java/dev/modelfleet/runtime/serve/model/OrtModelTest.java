package dev.modelfleet.runtime.serve.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Outputs are written to memory that was ready for them, where their shapes can be foreseen. */
class OrtModelTest {

  private static final EngineOptions ENGINE = new EngineOptions(1, false, true, "CPU");

  @Test
  void shapesThatFollowFromTheInputsAreForeseen() throws Exception {
    try (OrtModel model = load("add_sub")) {
      Tensor a = floats("a", Shape.of(1, 4), 1, 2, 3, 4);
      Tensor b = floats("b", Shape.of(1, 4), 4, 3, 2, 1);
      List<String> wanted = List.of("difference", "sum");
      List<Tensor> first = model.run(List.of(a, b), wanted).outputs();
      List<Tensor> second = model.run(List.of(a, b), wanted).outputs();
      assertThat(first.getFirst().data().isDirect()).as("copied").isFalse();
      assertThat(second.getFirst().data().isDirect()).as("in place").isTrue();
      assertThat(second).isEqualTo(first);
      assertThat(second.get(1).data().getFloatLE(0)).isEqualTo(5);
      List.of(a, b).forEach(Tensor::release);
      second.forEach(Tensor::release);
    }
  }

  @Test
  void shapesThatDependOnValuesAreNot() throws Exception {
    try (OrtModel model = load("positions")) {
      assertThat(positions(model, 1, 0, 3)).containsExactly(0, 2);
      assertThat(positions(model, 5, 6, 7)).as("of the same shape").containsExactly(0, 1, 2);
      assertThat(positions(model, 0, 0, 7)).containsExactly(2);
      assertThat(positions(model, 0, 0, 0)).isEmpty();
    }
  }

  @Test
  void valuesThatFailChangeNothing() throws Exception {
    try (OrtModel model = load("gather")) {
      assertThat(gathered(model, 2, 0)).containsExactly(2.5f, 0.5f);
      assertThatThrownBy(() -> gathered(model, 2, 9)).isInstanceOf(OrtException.class);
      Tensor x = longs("x", 1, 1);
      List<Tensor> outputs = model.run(List.of(x), List.of("y")).outputs();
      assertThat(outputs.getFirst().data().isDirect()).as("still in place").isTrue();
      outputs.forEach(Tensor::release);
      x.release();
    }
  }

  private static long[] positions(OrtModel model, float... values) throws Exception {
    Tensor x = floats("x", Shape.of(values.length), values);
    Tensor y = model.run(List.of(x), List.of("y")).outputs().getFirst();
    long[] positions = new long[(int) y.shape().dimension(1)];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = y.data().getLongLE(y.data().readerIndex() + i * Long.BYTES);
    }
    x.release();
    y.release();
    return positions;
  }

  private static float[] gathered(OrtModel model, long... indices) throws OrtException {
    Tensor x = longs("x", indices);
    try {
      Tensor y = model.run(List.of(x), List.of("y")).outputs().getFirst();
      float[] values = new float[indices.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = y.data().getFloatLE(y.data().readerIndex() + i * Float.BYTES);
      }
      y.release();
      return values;
    } finally {
      x.release();
    }
  }

  private static OrtModel load(String name) throws Exception {
    Path file = Path.of(OrtModelTest.class.getResource("/models/" + name + ".onnx").toURI());
    return OrtModel.load(file, ENGINE);
  }

  private static Tensor floats(String name, Shape shape, float... values) {
    ByteBuf data = PooledByteBufAllocator.DEFAULT.directBuffer();
    for (float value : values) {
      data.writeFloatLE(value);
    }
    return new Tensor(name, DataType.FP32, shape, data);
  }

  private static Tensor longs(String name, long... values) {
    ByteBuf data = PooledByteBufAllocator.DEFAULT.directBuffer();
    for (long value : values) {
      data.writeLongLE(value);
    }
    return new Tensor(name, DataType.INT64, Shape.of(values.length), data);
  }
}
