package dev.modelfleet.runtime.serve.http;

import dev.modelfleet.runtime.serve.model.Completion;
import dev.modelfleet.runtime.serve.model.ModelRepository;
import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.InferRequest;
import dev.modelfleet.runtime.serve.protocol.InferResponse;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.trace.Traces;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * One infer request over HTTP, from its first byte to its last. Gathering and sending happen on the
 * event loop; a short request is also decoded there, a long or compressed one is not; running and
 * encoding happen on the model's threads.
 */
final class InferExchange implements Completion {

  private static final ByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

  /** Below this, decoding takes less time than handing it to another thread. */
  private static final int INLINE_JSON_BYTES = 16 << 10;

  private final Vertx vertx;
  private final Context eventLoop;
  private final HttpServerRequest request;
  private final Route.Infer route;
  private final ModelRepository models;
  private final long maxBytes;
  private final BodyEncoding encoding;
  private final BodyEncoding responseEncoding;
  private final int jsonLength;
  private final RequestBody body;
  private final Traces traces;
  private final long begin = System.nanoTime();
  private long timer = -1;
  private boolean over;

  private InferExchange(HttpServerRequest request, Route.Infer route, FrontEndContext context) {
    this.vertx = context.vertx();
    this.eventLoop = vertx.getOrCreateContext();
    this.request = request;
    this.route = route;
    this.models = context.models();
    this.traces = context.traces();
    this.maxBytes = context.limits().maxBodyBytes();
    this.responseEncoding = BodyEncoding.accepted(request.getHeader(HttpHeaders.ACCEPT_ENCODING));
    this.encoding = BodyEncoding.of(request.getHeader(HttpHeaders.CONTENT_ENCODING));
    this.jsonLength = headerLength(Replies.INFERENCE_HEADER_LENGTH);
    boolean binary = jsonLength >= 0 && encoding == BodyEncoding.IDENTITY;
    int declared = headerLength(HttpHeaders.CONTENT_LENGTH);
    this.body =
        new RequestBody(maxBytes, declared, binary ? jsonLength : -1, context.budget(), ALLOCATOR);
  }

  /**
   * Takes the request over.
   *
   * @throws ProtocolException where its head already shows that it can't be served
   */
  static void start(HttpServerRequest request, Route.Infer route, FrontEndContext context) {
    context.models().serving(route.model(), route.version());
    InferExchange exchange = new InferExchange(request, route, context);
    exchange.timer =
        context
            .vertx()
            .setTimer(context.limits().bodyTimeout().toMillis(), id -> exchange.timedOut());
    request.handler(exchange::append);
    request.exceptionHandler(broken -> exchange.abandon());
    request.endHandler(end -> exchange.complete());
  }

  private int headerLength(CharSequence name) {
    String value = request.getHeader(name);
    if (value == null) {
      return -1;
    }
    try {
      long length = Long.parseLong(value.trim());
      if (length >= 0) {
        return (int) Math.min(length, Integer.MAX_VALUE);
      }
    } catch (NumberFormatException e) {
      // Refused below, together with negative numbers.
    }
    throw ProtocolException.invalid("header %s is '%s', must be a count of bytes", name, value);
  }

  private void append(Buffer piece) {
    if (over) {
      return;
    }
    try {
      body.append(piece.getByteBuf());
    } catch (ProtocolException e) {
      refuse(e);
    } catch (OutOfMemoryError e) {
      refuse(new ProtocolException(ErrorCode.OVERLOADED, "out of memory for this request"));
    }
  }

  private void timedOut() {
    refuse(new ProtocolException(ErrorCode.TIMEOUT, "the body did not arrive in time"));
  }

  private void refuse(ProtocolException reason) {
    if (!over) {
      abandon();
      Replies.error(vertx, request, reason);
    }
  }

  /** Ends the exchange before the request is complete. */
  private void abandon() {
    if (!over) {
      over = true;
      vertx.cancelTimer(timer);
      body.release();
    }
  }

  private void complete() {
    if (over) {
      return;
    }
    over = true;
    vertx.cancelTimer(timer);
    long arrived = System.nanoTime();
    Completion answer =
        traces.begin(
            new Traces.Call("http", route.model(), name -> request.getHeader(name), begin), this);
    int json = jsonLength >= 0 ? jsonLength : body.bytes().readableBytes();
    if (encoding == BodyEncoding.IDENTITY && json <= INLINE_JSON_BYTES) {
      decodeAndRun(arrived, answer);
    } else {
      vertx.executeBlocking(
          () -> {
            decodeAndRun(arrived, answer);
            return null;
          },
          false);
    }
  }

  private void decodeAndRun(long arrivedNanos, Completion answer) {
    try {
      InferRequest decoded = decode();
      models.infer(route.model(), route.version(), decoded, arrivedNanos, answer);
    } catch (ProtocolException e) {
      answer.failed(e);
    } catch (OutOfMemoryError e) {
      answer.failed(new ProtocolException(ErrorCode.OVERLOADED, "out of memory for this request"));
    } catch (RuntimeException e) {
      answer.failed(new ProtocolException(ErrorCode.INTERNAL, "internal error: " + e));
    }
  }

  private InferRequest decode() {
    if (encoding == BodyEncoding.IDENTITY) {
      return read(body.bytes());
    }
    ByteBuf plain = encoding.decode(body.bytes(), maxBytes, ALLOCATOR);
    try {
      return read(plain);
    } finally {
      plain.release();
    }
  }

  private InferRequest read(ByteBuf plain) {
    int json = jsonLength >= 0 ? jsonLength : plain.readableBytes();
    return InferRequestReader.read(plain, json, ALLOCATOR);
  }

  @Override
  public void succeeded(InferResponse response) {
    EncodedResponse encoded;
    try {
      encoded = InferResponseWriter.write(response, ALLOCATOR);
    } catch (ProtocolException e) {
      failed(e);
      return;
    } catch (RuntimeException e) {
      failed(new ProtocolException(ErrorCode.INTERNAL, "internal error: " + e));
      return;
    }
    if (responseEncoding == BodyEncoding.IDENTITY || !encoded.isWorthCompressing()) {
      send(encoded);
      return;
    }
    // Compression takes longer than many a model: neither its thread nor the event loop does it.
    vertx.executeBlocking(
        () -> {
          send(encoded.compressed(responseEncoding, ALLOCATOR));
          return null;
        },
        false);
  }

  private void send(EncodedResponse encoded) {
    eventLoop.runOnContext(
        ignored -> {
          body.release();
          Replies.inference(request, encoded);
        });
  }

  @Override
  public void failed(ProtocolException reason) {
    eventLoop.runOnContext(
        ignored -> {
          body.release();
          Replies.error(vertx, request, reason);
        });
  }
}
