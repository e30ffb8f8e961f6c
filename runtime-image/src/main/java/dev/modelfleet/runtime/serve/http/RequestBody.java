package dev.modelfleet.runtime.serve.http;

import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/**
 * A body as it arrives, on one event loop. Binary tensor data is gathered in direct memory and so
 * placed that the first blob is aligned, so that ONNX Runtime can read it where it is; JSON is
 * gathered on the heap, where it is parsed.
 */
final class RequestBody {

  private static final int ALIGNMENT = 64;
  private static final long FIRST_CAPACITY = 1 << 20;
  private static final int GROWTH = 4;

  private final long maxBytes;
  private final long declaredLength;
  private final int padding;
  private final boolean direct;
  private final BodyBudget budget;
  private final ByteBufAllocator allocator;
  private ByteBuf bytes = Unpooled.EMPTY_BUFFER;
  private long taken;

  /**
   * A body of which nothing has arrived.
   *
   * @param declaredLength Content-Length; −1 where the client gave none
   * @param jsonLength Inference-Header-Content-Length; −1 where there is none
   */
  RequestBody(
      long maxBytes,
      long declaredLength,
      int jsonLength,
      BodyBudget budget,
      ByteBufAllocator allocator) {
    this.maxBytes = maxBytes;
    this.declaredLength = declaredLength;
    this.direct = jsonLength >= 0;
    this.padding = direct ? Math.floorMod(-jsonLength, ALIGNMENT) : 0;
    this.budget = budget;
    this.allocator = allocator;
    checkSize(Math.max(0, declaredLength));
  }

  /**
   * Takes a piece of the body.
   *
   * @throws ProtocolException too large, or overloaded
   */
  void append(ByteBuf piece) {
    int length = piece.readableBytes();
    checkSize(taken + length);
    budget.take(length);
    taken += length;
    reserve(length);
    bytes.writeBytes(piece);
  }

  private void checkSize(long size) {
    if (size > maxBytes) {
      throw new ProtocolException(
          ErrorCode.TOO_LARGE,
          "the body is larger than " + maxBytes + " bytes, the most this server takes");
    }
  }

  /** A declared length alone reserves little: memory grows with what has really arrived. */
  private void reserve(int length) {
    if (bytes == Unpooled.EMPTY_BUFFER) {
      long expected = declaredLength >= 0 ? Math.min(declaredLength, FIRST_CAPACITY) : length;
      int capacity = (int) Math.max(expected, length) + padding;
      bytes = direct ? allocator.directBuffer(capacity) : allocator.heapBuffer(capacity);
      bytes.setIndex(padding, padding);
    } else if (bytes.writableBytes() < length) {
      long grown = Math.max(taken, Math.min((long) bytes.capacity() * GROWTH, maxBytes));
      bytes.capacity(
          (int) (declaredLength < 0 ? grown : Math.min(grown, declaredLength)) + padding);
    }
  }

  /** What has arrived; stays this object's to release. */
  ByteBuf bytes() {
    return bytes;
  }

  /** Gives the memory back; once. */
  void release() {
    bytes.release();
    bytes = Unpooled.EMPTY_BUFFER;
    budget.give(taken);
    taken = 0;
  }
}
