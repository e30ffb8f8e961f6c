package dev.modelfleet.runtime.serve.model;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import dev.modelfleet.runtime.serve.protocol.ByteStrings;
import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import dev.modelfleet.runtime.serve.protocol.TensorSpec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Tensors between the protocol's form and ONNX Runtime's, on a little-endian machine. */
final class OrtTensors {

  private OrtTensors() {}

  /** An engine tensor over the same memory: {@code tensor} must outlive it. Strings are copied. */
  static OnnxTensor toOrt(Tensor tensor, OrtEnvironment environment) throws OrtException {
    long[] shape = tensor.shape().toArray();
    if (tensor.datatype() == DataType.BYTES) {
      return OnnxTensor.createTensor(environment, strings(tensor), shape);
    }
    ByteBuf data = tensor.data();
    ByteBuffer direct =
        data.nioBuffer(data.readerIndex(), data.readableBytes()).order(ByteOrder.nativeOrder());
    return OnnxTensor.createTensor(
        environment, direct, shape, OrtTypes.inputType(tensor.datatype()).orElseThrow());
  }

  /**
   * ONNX Runtime's Java API hands strings over in the JVM's modified UTF-8, which differs from
   * UTF-8 for NUL and for characters beyond U+FFFF: the model would see other bytes than the client
   * sent.
   */
  private static String[] strings(Tensor tensor) {
    String[] strings = ByteStrings.decode(tensor);
    for (int i = 0; i < strings.length; i++) {
      String string = strings[i];
      if (string.chars().anyMatch(c -> c == 0 || Character.isSurrogate((char) c))) {
        throw ProtocolException.invalid(
            "input '%s': element %d has a NUL or a character beyond U+FFFF, which this server can't hand to the model unchanged",
            tensor.name(), i);
      }
    }
    return strings;
  }

  /** Memory for an output that is no string and not empty, for the engine to write to. */
  static Tensor empty(TensorSpec output) {
    int bytes = Math.multiplyExact(output.shape().elements(), output.datatype().size());
    ByteBuf data = PooledByteBufAllocator.DEFAULT.directBuffer(bytes, bytes).writerIndex(bytes);
    return new Tensor(output.name(), output.datatype(), output.shape(), data);
  }

  /** A copy of an output. */
  static Tensor fromOrt(String name, OnnxTensor tensor) throws OrtException {
    TensorInfo info = tensor.getInfo();
    DataType type = OrtTypes.dataType(info.onnxType).orElseThrow();
    Shape shape = Shape.of(info.getShape());
    if (type != DataType.BYTES) {
      return new Tensor(name, type, shape, Unpooled.wrappedBuffer(tensor.getByteBuffer()));
    }
    List<String> strings = new ArrayList<>();
    if (shape.elements() > 0) {
      flatten(tensor.getValue(), strings);
    }
    ByteBuf data = Unpooled.buffer();
    ByteStrings.encode(strings, data);
    return new Tensor(name, type, shape, data);
  }

  private static void flatten(Object value, List<String> target) {
    if (value instanceof Object[] array) {
      for (Object element : array) {
        flatten(element, target);
      }
    } else {
      target.add((String) value);
    }
  }
}
