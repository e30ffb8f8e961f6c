package dev.modelfleet.runtime.remote;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of an answer as a stream whose reads give up when nothing arrives for a while: the
 * time-out of {@code HttpRequest} ends with the answer's head, and a server that hangs after it
 * would be waited for without end.
 */
final class TimedBody implements BodySubscriber<InputStream> {

  /** What arrives: bytes, or the end with its cause. */
  private sealed interface Signal {
    record Bytes(List<ByteBuffer> buffers) implements Signal {}

    record Failed(Throwable cause) implements Signal {}

    record Complete() implements Signal {}
  }

  private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
  private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();
  private final Duration idle;

  TimedBody(Duration idle) {
    this.idle = idle;
  }

  @Override
  public CompletionStage<InputStream> getBody() {
    return CompletableFuture.completedFuture(new Body());
  }

  @Override
  public void onSubscribe(Subscription arriving) {
    subscription.complete(arriving);
    arriving.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    signals.add(new Signal.Bytes(buffers));
  }

  @Override
  public void onError(Throwable cause) {
    signals.add(new Signal.Failed(cause));
  }

  @Override
  public void onComplete() {
    signals.add(new Signal.Complete());
  }

  private final class Body extends InputStream {

    private final Queue<ByteBuffer> buffers = new ArrayDeque<>();
    private boolean complete;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      while (buffers.isEmpty() && !complete) {
        take();
      }
      if (buffers.isEmpty()) {
        return -1;
      }
      ByteBuffer next = buffers.element();
      int count = Math.min(length, next.remaining());
      next.get(into, offset, count);
      if (!next.hasRemaining()) {
        buffers.remove();
      }
      return count;
    }

    private void take() throws IOException {
      switch (next()) {
        case Signal.Bytes bytes -> {
          bytes.buffers().stream().filter(ByteBuffer::hasRemaining).forEach(buffers::add);
          subscription.join().request(1);
        }
        case Signal.Failed failed ->
            throw new IOException(
                "the answer broke off: " + failed.cause().getMessage(), failed.cause());
        case Signal.Complete end -> complete = true;
      }
    }

    private Signal next() throws IOException {
      try {
        Signal signal = signals.poll(idle.toMillis(), TimeUnit.MILLISECONDS);
        if (signal == null) {
          throw new HttpTimeoutException("nothing arrived for " + idle.toMillis() + " ms");
        }
        return signal;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }

    @Override
    public void close() {
      subscription.thenAccept(Subscription::cancel);
    }
  }
}
