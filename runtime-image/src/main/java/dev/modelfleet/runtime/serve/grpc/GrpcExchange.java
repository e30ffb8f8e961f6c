package dev.modelfleet.runtime.serve.grpc;

import dev.modelfleet.runtime.serve.http.BodyBudget;
import dev.modelfleet.runtime.serve.http.BodyEncoding;
import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One gRPC call: messages in, answers out in the order of the messages, whatever order they are
 * ready in. A unary call is one that takes a single message. Lives on its event loop; answers may
 * come from any thread.
 */
final class GrpcExchange {

  /** What the call does with a message. */
  interface Method {
    /**
     * Takes a message.
     *
     * @param message valid during the call only
     * @param answer to be given once
     * @throws ProtocolException where it is refused at once
     */
    void accept(ByteBuf message, Answer answer);
  }

  /** Waits for the answer to one message. */
  interface Answer {
    /** Sends a framed message. */
    void send(ByteBuf frame);

    /** Ends the call with a refusal. */
    void refuse(ProtocolException reason);
  }

  private static final int MAX_UNANSWERED = 64;
  private static final long NO_TIMER = -1;

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Context context;
  private final MessageFrames frames;
  private final BodyBudget budget;
  private final boolean streaming;
  private final Method method;
  private final Deque<Slot> unanswered = new ArrayDeque<>();
  private boolean requestEnded;
  private boolean over;
  private boolean paused;
  private int messages;
  private long held;
  private long timer = NO_TIMER;

  GrpcExchange(
      HttpServerRequest request,
      Context context,
      MessageFrames frames,
      BodyBudget budget,
      boolean streaming,
      Method method) {
    this.request = request;
    this.response = request.response();
    this.context = context;
    this.frames = frames;
    this.budget = budget;
    this.streaming = streaming;
    this.method = method;
  }

  /**
   * Begins.
   *
   * @param encoding of the client's messages, and so of the answers that are compressed
   * @param messageTimeout in which a message must arrive once it has begun; that of a unary call
   *     begins with the call
   */
  void start(BodyEncoding encoding, Duration messageTimeout) {
    GrpcReplies.begin(response, encoding);
    long millis = messageTimeout.toMillis();
    if (!streaming) {
      timer = context.owner().setTimer(millis, id -> timedOut());
    }
    request.handler(
        piece -> {
          append(piece);
          if (streaming && !over && timer == NO_TIMER && frames.hasRest()) {
            limitMessage(millis);
          }
        });
    request.exceptionHandler(broken -> abandon());
    request.endHandler(end -> requestEnded());
  }

  /** A stream may be silent for any time, but not in the middle of a message. */
  private void limitMessage(long millis) {
    int before = messages;
    timer =
        context
            .owner()
            .setTimer(
                millis,
                id -> {
                  timer = NO_TIMER;
                  if (!over && frames.hasRest() && messages == before) {
                    timedOut();
                  } else if (!over && frames.hasRest()) {
                    limitMessage(millis);
                  }
                });
  }

  private void append(Buffer piece) {
    if (over) {
      return;
    }
    try {
      ByteBuf bytes = piece.getByteBuf();
      int length = bytes.readableBytes();
      budget.take(length);
      held += length;
      frames.append(bytes, this::message);
    } catch (ProtocolException e) {
      refuse(e);
    } catch (OutOfMemoryError e) {
      refuse(new ProtocolException(ErrorCode.OVERLOADED, "out of memory for this request"));
    }
  }

  private void message(ByteBuf message) {
    messages++;
    if (over) {
      return;
    }
    if (!streaming && messages > 1) {
      refuse(ProtocolException.invalid("a unary call takes one message"));
      return;
    }
    Slot slot = new Slot(message.readableBytes());
    unanswered.add(slot);
    regulate();
    try {
      method.accept(message, slot);
    } catch (ProtocolException e) {
      slot.refuse(e);
    }
  }

  private void requestEnded() {
    requestEnded = true;
    if (over) {
      return;
    }
    if (frames.hasRest()) {
      refuse(ProtocolException.invalid("the call ends within a message"));
    } else if (messages == 0 && !streaming) {
      refuse(ProtocolException.invalid("the call has no message"));
    } else {
      flush();
    }
  }

  private void timedOut() {
    if (!requestEnded) {
      refuse(new ProtocolException(ErrorCode.TIMEOUT, "the message did not arrive in time"));
    }
  }

  private void refuse(ProtocolException reason) {
    if (!over) {
      abandon();
      if (!response.closed() && !response.ended()) {
        GrpcReplies.end(request, reason);
      }
    }
  }

  /** Ends the exchange on this side; answers that still come are dropped. */
  void abandon() {
    if (!over) {
      over = true;
      context.owner().cancelTimer(timer);
      frames.release();
      budget.give(held);
      held = 0;
      unanswered.forEach(Slot::drop);
      unanswered.clear();
    }
  }

  private void flush() {
    while (!unanswered.isEmpty() && unanswered.peek().frame != null) {
      Slot slot = unanswered.poll();
      budget.give(slot.bytes);
      held -= slot.bytes;
      // Vert.x releases only the buffers that it allocated itself.
      response.write(Buffer.buffer(slot.frame)).onComplete(written -> slot.frame.release());
    }
    regulate();
    if (requestEnded && unanswered.isEmpty()) {
      abandon();
      GrpcReplies.end(response);
    }
  }

  /** Takes no more messages while too many wait for their answers, or answers for the client. */
  private void regulate() {
    if (requestEnded) {
      return;
    }
    boolean full = unanswered.size() >= MAX_UNANSWERED || response.writeQueueFull();
    if (full && !paused) {
      paused = true;
      request.pause();
      response.drainHandler(drained -> regulate());
    } else if (!full && paused) {
      paused = false;
      request.resume();
    }
  }

  private final class Slot implements Answer {
    private final int bytes;
    private ByteBuf frame;

    private Slot(int bytes) {
      this.bytes = bytes;
    }

    @Override
    public void send(ByteBuf answer) {
      context.runOnContext(
          ignored -> {
            if (over || response.closed()) {
              answer.release();
            } else {
              frame = answer;
              flush();
            }
          });
    }

    @Override
    public void refuse(ProtocolException reason) {
      context.runOnContext(ignored -> GrpcExchange.this.refuse(reason));
    }

    private void drop() {
      if (frame != null) {
        frame.release();
      }
    }
  }
}
