package dev.modelfleet.compression.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import java.util.ArrayList;
import java.util.List;

/** Moves tensors into and out of ONNX Runtime. */
final class NativeTensors {

  private NativeTensors() {}

  static OnnxTensor create(OrtEnvironment environment, TensorData tensor) throws OrtException {
    if (tensor.type() == ElementType.STRING) {
      return OnnxTensor.createTensor(
          environment, tensor.strings().toArray(String[]::new), tensor.shape());
    }
    return OnnxTensor.createTensor(
        environment, tensor.data(), tensor.shape(), javaType(tensor.type()));
  }

  private static OnnxJavaType javaType(ElementType type) {
    return switch (type) {
      case FLOAT -> OnnxJavaType.FLOAT;
      case DOUBLE -> OnnxJavaType.DOUBLE;
      case FLOAT16 -> OnnxJavaType.FLOAT16;
      case BFLOAT16 -> OnnxJavaType.BFLOAT16;
      case INT8 -> OnnxJavaType.INT8;
      case UINT8 -> OnnxJavaType.UINT8;
      case INT16 -> OnnxJavaType.INT16;
      case INT32 -> OnnxJavaType.INT32;
      case INT64 -> OnnxJavaType.INT64;
      case BOOL -> OnnxJavaType.BOOL;
      default ->
          throw new CompressionException(
              FailureReason.INVALID_MODEL,
              "the Java binding of ONNX Runtime can't pass tensors of type " + type.datatype());
    };
  }

  static TensorData read(String name, OnnxValue value) throws OrtException {
    if (!(value instanceof OnnxTensor tensor)) {
      throw new CompressionException(
          FailureReason.INVALID_MODEL, "output %s is no tensor: %s".formatted(name, value));
    }
    ElementType type = type(tensor.getInfo().onnxType);
    long[] shape = tensor.getInfo().getShape();
    if (type == ElementType.STRING) {
      List<String> strings = new ArrayList<>();
      flatten(tensor.getValue(), strings);
      return TensorData.ofStrings(shape, strings);
    }
    return TensorData.of(type, shape, tensor.getByteBuffer());
  }

  private static void flatten(Object value, List<String> strings) {
    if (value instanceof Object[] array) {
      for (Object element : array) {
        flatten(element, strings);
      }
    } else {
      strings.add((String) value);
    }
  }

  static ElementType type(TensorInfo.OnnxTensorType type) {
    // The binding numbers its types in its own order, so only the names can be relied on.
    return ElementType.valueOf(type.name().substring("ONNX_TENSOR_ELEMENT_DATA_TYPE_".length()));
  }
}
