package dev.modelfleet.runtime.serve.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.modelfleet.runtime.serve.grpc.proto.ModelInferResponse;
import dev.modelfleet.runtime.serve.grpc.proto.ModelStreamInferResponse;
import dev.modelfleet.runtime.serve.protocol.InferResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Framed responses that share the tensors' memory: protobuf's own writer would copy it. The raw
 * contents, a message's last fields, are appended to what protobuf writes of the rest.
 */
final class ResponseFrames {

  private static final int PREFIX = 5;

  private ResponseFrames() {}

  /**
   * A framed ModelInferResponse, or a ModelStreamInferResponse with it, to be released when it is
   * written. Closes the response.
   */
  static ByteBuf of(InferResponse response, boolean streaming, ByteBufAllocator allocator) {
    try (response) {
      ModelInferResponse head = InferMessages.describe(response);
      int size = head.getSerializedSize();
      for (InferResponse.Output output : response.outputs()) {
        size = Math.addExact(size, rawHead(output) + output.tensor().data().readableBytes());
      }
      int wrapper =
          streaming ? tag(ModelStreamInferResponse.INFER_RESPONSE_FIELD_NUMBER) + length(size) : 0;
      CompositeByteBuf frame = allocator.compositeBuffer(1 + 2 * response.outputs().size());
      try {
        frame.addComponent(true, start(head, size, wrapper, allocator));
        for (InferResponse.Output output : response.outputs()) {
          frame.addComponent(true, rawHead(output, allocator));
          frame.addComponent(true, output.tensor().data().retainedSlice());
        }
      } catch (IOException e) {
        frame.release();
        throw new UncheckedIOException("writing to memory", e);
      }
      return frame;
    }
  }

  private static ByteBuf start(
      ModelInferResponse head, int size, int wrapper, ByteBufAllocator allocator)
      throws IOException {
    int bytes = wrapper + head.getSerializedSize();
    ByteBuf start = allocator.directBuffer(PREFIX + bytes);
    start.writeByte(0).writeInt(Math.addExact(wrapper, size));
    CodedOutputStream output = CodedOutputStream.newInstance(start.nioBuffer(PREFIX, bytes));
    if (wrapper > 0) {
      output.writeTag(
          ModelStreamInferResponse.INFER_RESPONSE_FIELD_NUMBER,
          WireFormat.WIRETYPE_LENGTH_DELIMITED);
      output.writeUInt32NoTag(size);
    }
    head.writeTo(output);
    output.flush();
    return start.writerIndex(PREFIX + bytes);
  }

  private static int rawHead(InferResponse.Output output) {
    return tag(ModelInferResponse.RAW_OUTPUT_CONTENTS_FIELD_NUMBER)
        + length(output.tensor().data().readableBytes());
  }

  private static ByteBuf rawHead(InferResponse.Output output, ByteBufAllocator allocator)
      throws IOException {
    int bytes = rawHead(output);
    ByteBuf head = allocator.directBuffer(bytes);
    CodedOutputStream coded = CodedOutputStream.newInstance(head.nioBuffer(0, bytes));
    coded.writeTag(
        ModelInferResponse.RAW_OUTPUT_CONTENTS_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    coded.writeUInt32NoTag(output.tensor().data().readableBytes());
    coded.flush();
    return head.writerIndex(bytes);
  }

  private static int tag(int field) {
    return CodedOutputStream.computeTagSize(field);
  }

  private static int length(int bytes) {
    return CodedOutputStream.computeUInt32SizeNoTag(bytes);
  }
}
