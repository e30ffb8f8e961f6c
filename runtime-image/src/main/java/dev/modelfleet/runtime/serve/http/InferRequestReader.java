package dev.modelfleet.runtime.serve.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.modelfleet.runtime.serve.protocol.InferRequest;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.RequestedOutput;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads an infer request: JSON, and after it, with the binary tensor data extension, the data of
 * those inputs that declare {@code binary_data_size}, in the order of the inputs.
 */
final class InferRequestReader {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private final byte[] text;
  private final int textOffset;
  private final int textLength;
  private final ByteBufAllocator allocator;

  private final List<InputDraft> inputs = new ArrayList<>();
  private final List<OutputDraft> outputs = new ArrayList<>();
  private String id;
  private boolean binaryOutputs;
  private long timeoutMicros;
  private long priority;

  private InferRequestReader(byte[] text, int offset, int length, ByteBufAllocator allocator) {
    this.text = text;
    this.textOffset = offset;
    this.textLength = length;
    this.allocator = allocator;
  }

  /**
   * Reads a request. Its tensors share the memory of {@code body} where they can.
   *
   * @param body all of the (decompressed) body; stays the caller's to release
   * @param jsonLength bytes of JSON at the start of the body
   * @throws ProtocolException (invalid) saying what does not fit
   */
  static InferRequest read(ByteBuf body, int jsonLength, ByteBufAllocator allocator) {
    if (jsonLength < 0 || jsonLength > body.readableBytes()) {
      throw ProtocolException.invalid(
          "Inference-Header-Content-Length is %d, but the body has %d bytes",
          jsonLength, body.readableBytes());
    }
    InferRequestReader reader = over(body, jsonLength, allocator);
    boolean complete = false;
    try {
      reader.readDocument();
      InferRequest request = reader.toRequest(body, jsonLength);
      complete = true;
      return request;
    } catch (JsonProcessingException e) {
      throw ProtocolException.invalid("the request is not valid JSON: %s", e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    } finally {
      if (!complete) {
        reader.inputs.forEach(InputDraft::discard);
      }
    }
  }

  private static InferRequestReader over(ByteBuf body, int length, ByteBufAllocator allocator) {
    if (body.hasArray()) {
      return new InferRequestReader(
          body.array(), body.arrayOffset() + body.readerIndex(), length, allocator);
    }
    byte[] copy = new byte[length];
    body.getBytes(body.readerIndex(), copy);
    return new InferRequestReader(copy, 0, length, allocator);
  }

  private void readDocument() throws IOException {
    try (JsonParser json = JSON.createParser(text, textOffset, textLength)) {
      JsonFields.expectObject(json, json.nextToken(), "the request");
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String field = json.currentName();
        json.nextToken();
        readField(json, field);
      }
      if (json.nextToken() != null) {
        throw ProtocolException.invalid("the request's JSON is followed by something else");
      }
    }
  }

  private void readField(JsonParser json, String field) throws IOException {
    switch (field) {
      case "id" -> id = JsonFields.text(json, "id");
      case "parameters" -> readParameters(json);
      case "inputs" -> JsonFields.eachObject(json, "inputs", this::readInput);
      case "outputs" -> JsonFields.eachObject(json, "outputs", this::readOutput);
      default -> json.skipChildren();
    }
  }

  private void readParameters(JsonParser json) throws IOException {
    JsonFields.eachMember(
        json,
        "parameters",
        name -> {
          switch (name) {
            case "binary_data_output" -> binaryOutputs = JsonFields.bool(json, name);
            case "timeout" -> timeoutMicros = JsonFields.count(json, name);
            case "priority" -> priority = JsonFields.count(json, name);
            default -> json.skipChildren();
          }
        });
  }

  private void readInput(JsonParser json) throws IOException {
    InputDraft draft = new InputDraft(text, textOffset, textLength, allocator);
    inputs.add(draft);
    draft.read(json, JSON);
  }

  private void readOutput(JsonParser json) throws IOException {
    outputs.add(OutputDraft.read(json));
  }

  private InferRequest toRequest(ByteBuf body, int jsonLength) throws IOException {
    if (inputs.isEmpty()) {
      throw ProtocolException.invalid("the request has no inputs");
    }
    int position = body.readerIndex() + jsonLength;
    List<Tensor> tensors = new ArrayList<>(inputs.size());
    for (InputDraft draft : inputs) {
      position = draft.takeBinary(body, position);
      tensors.add(draft.toTensor());
    }
    if (position != body.writerIndex()) {
      throw ProtocolException.invalid(
          "the body has %d bytes more than its inputs declare", body.writerIndex() - position);
    }
    List<RequestedOutput> requested =
        outputs.stream().map(output -> output.toRequested(binaryOutputs)).toList();
    return new InferRequest(
        id, List.copyOf(tensors), requested, binaryOutputs, timeoutMicros, priority);
  }
}
