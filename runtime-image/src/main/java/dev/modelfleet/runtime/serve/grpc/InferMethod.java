package dev.modelfleet.runtime.serve.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import dev.modelfleet.runtime.serve.grpc.proto.ModelInferRequest;
import dev.modelfleet.runtime.serve.grpc.proto.ModelStreamInferResponse;
import dev.modelfleet.runtime.serve.http.BodyEncoding;
import dev.modelfleet.runtime.serve.http.FrontEndContext;
import dev.modelfleet.runtime.serve.model.Completion;
import dev.modelfleet.runtime.serve.model.ModelRepository;
import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.InferRequest;
import dev.modelfleet.runtime.serve.protocol.InferResponse;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.trace.Traces;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.function.UnaryOperator;

/**
 * ModelInfer and ModelStreamInfer. In a stream a refusal is an answer with an error message, and
 * the stream goes on.
 */
final class InferMethod implements GrpcExchange.Method {

  private final ModelRepository models;
  private final ByteBufAllocator allocator;
  private final BodyEncoding encoding;
  private final boolean streaming;
  private final long timeoutMicros;
  private final Traces traces;
  private final UnaryOperator<String> headers;

  /**
   * The method of one call.
   *
   * @param encoding that the client compresses with: it gets its answers so, too
   * @param request the call, for its deadline and traces
   */
  InferMethod(
      FrontEndContext context,
      ByteBufAllocator allocator,
      BodyEncoding encoding,
      boolean streaming,
      HttpServerRequest request) {
    this.models = context.models();
    this.traces = context.traces();
    this.headers = name -> request.getHeader(name);
    this.timeoutMicros = GrpcTimeout.micros(request);
    this.allocator = allocator;
    this.encoding = encoding;
    this.streaming = streaming;
  }

  @Override
  public void accept(ByteBuf message, GrpcExchange.Answer answer) {
    long arrived = System.nanoTime();
    Completion delivery = new Delivery(answer);
    try {
      ModelInferRequest parsed = parse(message);
      delivery =
          traces.begin(new Traces.Call("grpc", parsed.getModelName(), headers, arrived), delivery);
      InferRequest request = InferMessages.read(parsed, streaming ? 0 : timeoutMicros, allocator);
      models.infer(parsed.getModelName(), parsed.getModelVersion(), request, arrived, delivery);
    } catch (ProtocolException e) {
      delivery.failed(e);
    } catch (IOException e) {
      delivery.failed(ProtocolException.invalid("not a ModelInferRequest: %s", e.getMessage()));
    }
  }

  /**
   * Without copying the tensors, which share the message's memory: only a stream of bytes that are
   * said not to change lets them. It outlives the parsed request's use.
   */
  private static ModelInferRequest parse(ByteBuf message) throws IOException {
    CodedInputStream input =
        UnsafeByteOperations.unsafeWrap(
                message.array(),
                message.arrayOffset() + message.readerIndex(),
                message.readableBytes())
            .newCodedInput();
    input.enableAliasing(true);
    return ModelInferRequest.parseFrom(input);
  }

  private final class Delivery implements Completion {
    private final GrpcExchange.Answer answer;

    private Delivery(GrpcExchange.Answer answer) {
      this.answer = answer;
    }

    @Override
    public void succeeded(InferResponse response) {
      ByteBuf frame;
      try {
        ByteBuf plain = ResponseFrames.of(response, streaming, allocator);
        frame = GrpcReplies.compressed(plain, encoding, allocator);
      } catch (RuntimeException e) {
        failed(new ProtocolException(ErrorCode.INTERNAL, "internal error: " + e));
        return;
      }
      answer.send(frame);
    }

    @Override
    public void failed(ProtocolException reason) {
      if (streaming) {
        ModelStreamInferResponse message =
            ModelStreamInferResponse.newBuilder().setErrorMessage(reason.getMessage()).build();
        answer.send(GrpcReplies.frame(message, allocator));
      } else {
        answer.refuse(reason);
      }
    }
  }
}
