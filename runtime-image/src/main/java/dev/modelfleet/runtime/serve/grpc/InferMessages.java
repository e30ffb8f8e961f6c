package dev.modelfleet.runtime.serve.grpc;

import com.google.protobuf.ByteString;
import dev.modelfleet.runtime.serve.grpc.proto.InferParameter;
import dev.modelfleet.runtime.serve.grpc.proto.ModelInferRequest;
import dev.modelfleet.runtime.serve.grpc.proto.ModelInferResponse;
import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.InferRequest;
import dev.modelfleet.runtime.serve.protocol.InferResponse;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.RequestedOutput;
import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/** Requests and responses between protobuf's form and the protocol's. */
final class InferMessages {

  private InferMessages() {}

  /**
   * Reads a request. Its data is copied once, to direct memory that is aligned for the engine.
   *
   * @param maxWaitMicros what is left of the call's deadline; 0 for none
   * @throws ProtocolException (invalid) saying what does not fit
   */
  static InferRequest read(
      ModelInferRequest message, long maxWaitMicros, ByteBufAllocator allocator) {
    int raw = message.getRawInputContentsCount();
    if (raw > 0 && raw != message.getInputsCount()) {
      throw ProtocolException.invalid(
          "raw_input_contents has %d elements for %d inputs", raw, message.getInputsCount());
    }
    List<Tensor> inputs = new ArrayList<>(message.getInputsCount());
    boolean complete = false;
    try {
      for (int i = 0; i < message.getInputsCount(); i++) {
        ByteString bytes = raw > 0 ? message.getRawInputContents(i) : null;
        inputs.add(input(message.getInputs(i), bytes, allocator));
      }
      InferRequest request =
          new InferRequest(
              message.getId(),
              List.copyOf(inputs),
              message.getOutputsList().stream().map(InferMessages::output).toList(),
              false,
              shorter(maxWaitMicros, count(message, "timeout")),
              count(message, "priority"));
      complete = true;
      return request;
    } finally {
      if (!complete) {
        inputs.forEach(Tensor::release);
      }
    }
  }

  private static Tensor input(
      ModelInferRequest.InferInputTensor input, ByteString raw, ByteBufAllocator allocator) {
    if (input.containsParameters("shared_memory_region")) {
      throw ProtocolException.invalid("this server has no shared memory extension");
    }
    if (raw != null && input.hasContents()) {
      throw ProtocolException.invalid(
          "input '%s' has both contents and raw_input_contents", input.getName());
    }
    DataType type = DataType.of(input.getDatatype());
    Shape shape = Shape.of(input.getShapeList().stream().mapToLong(Long::longValue).toArray());
    ByteBuf data = allocator.directBuffer(raw == null ? 64 : Math.max(1, raw.size()));
    boolean complete = false;
    try {
      if (raw != null) {
        raw.asReadOnlyByteBufferList().forEach(data::writeBytes);
      } else {
        TypedContents.write(input.getName(), type, input.getContents(), data);
      }
      Tensor tensor = Tensor.checked(input.getName(), type, shape, data);
      complete = true;
      return tensor;
    } finally {
      if (!complete) {
        data.release();
      }
    }
  }

  private static RequestedOutput output(ModelInferRequest.InferRequestedOutputTensor output) {
    if (output.containsParameters("shared_memory_region")) {
      throw ProtocolException.invalid("this server has no shared memory extension");
    }
    long classification = whole(output.getParametersMap().get("classification"));
    return new RequestedOutput(
        output.getName(), true, (int) Math.clamp(classification, 0, Integer.MAX_VALUE));
  }

  private static long count(ModelInferRequest message, String parameter) {
    return Math.max(0, whole(message.getParametersMap().get(parameter)));
  }

  private static long whole(InferParameter parameter) {
    if (parameter == null) {
      return 0;
    }
    return parameter.hasUint64Param() ? parameter.getUint64Param() : parameter.getInt64Param();
  }

  private static long shorter(long a, long b) {
    return a == 0 || b == 0 ? Math.max(a, b) : Math.min(a, b);
  }

  /** The response without its contents. */
  static ModelInferResponse describe(InferResponse response) {
    ModelInferResponse.Builder message =
        ModelInferResponse.newBuilder()
            .setModelName(response.modelName())
            .setModelVersion(response.modelVersion());
    if (response.id() != null) {
      message.setId(response.id());
    }
    for (InferResponse.Output output : response.outputs()) {
      Tensor tensor = output.tensor();
      ModelInferResponse.InferOutputTensor.Builder described =
          message.addOutputsBuilder().setName(tensor.name()).setDatatype(tensor.datatype().name());
      for (long dimension : tensor.shape().toArray()) {
        described.addShape(dimension);
      }
    }
    return message.build();
  }
}
