package dev.modelfleet.runtime.serve.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.modelfleet.runtime.serve.protocol.InferResponse;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.CompositeByteBuf;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** Writes an infer response: JSON, and after it the data of the outputs in binary form. */
final class InferResponseWriter {

  private static final JsonFactory JSON = new JsonFactory();
  private static final int USUAL_JSON_BYTES = 512;

  private InferResponseWriter() {}

  /** Encodes and closes the response; the binary data is not copied. */
  static EncodedResponse write(InferResponse response, ByteBufAllocator allocator) {
    try (response) {
      ByteBuf json = allocator.directBuffer(USUAL_JSON_BYTES);
      boolean complete = false;
      try {
        writeJson(response, json);
        complete = true;
      } catch (IOException e) {
        throw new UncheckedIOException("writing to memory", e);
      } finally {
        if (!complete) {
          json.release();
        }
      }
      List<InferResponse.Output> binary =
          response.outputs().stream().filter(InferResponse.Output::binary).toList();
      return binary.isEmpty()
          ? new EncodedResponse(json, -1)
          : new EncodedResponse(join(json, binary, allocator), json.readableBytes());
    }
  }

  private static ByteBuf join(
      ByteBuf json, List<InferResponse.Output> binary, ByteBufAllocator allocator) {
    CompositeByteBuf joined = allocator.compositeBuffer(binary.size() + 1);
    joined.addComponent(true, json);
    binary.forEach(output -> joined.addComponent(true, output.tensor().data().retainedSlice()));
    return joined;
  }

  private static void writeJson(InferResponse response, ByteBuf target) throws IOException {
    try (JsonGenerator json =
        JSON.createGenerator((OutputStream) new ByteBufOutputStream(target))) {
      json.writeStartObject();
      json.writeStringField("model_name", response.modelName());
      json.writeStringField("model_version", response.modelVersion());
      if (response.id() != null) {
        json.writeStringField("id", response.id());
      }
      json.writeArrayFieldStart("outputs");
      for (InferResponse.Output output : response.outputs()) {
        writeOutput(output, json, target);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private static void writeOutput(InferResponse.Output output, JsonGenerator json, ByteBuf target)
      throws IOException {
    Tensor tensor = output.tensor();
    json.writeStartObject();
    json.writeStringField("name", tensor.name());
    json.writeStringField("datatype", tensor.datatype().name());
    json.writeArrayFieldStart("shape");
    for (long dimension : tensor.shape().toArray()) {
      json.writeNumber(dimension);
    }
    json.writeEndArray();
    if (output.binary()) {
      json.writeObjectFieldStart("parameters");
      json.writeNumberField("binary_data_size", tensor.data().readableBytes());
      json.writeEndObject();
    } else {
      json.writeFieldName("data");
      JsonTensorWriter.write(tensor, json, target);
    }
    json.writeEndObject();
  }
}
