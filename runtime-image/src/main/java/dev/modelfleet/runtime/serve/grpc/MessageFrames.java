package dev.modelfleet.runtime.serve.grpc;

import dev.modelfleet.runtime.serve.http.BodyEncoding;
import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;

/**
 * Takes gRPC's length-prefixed messages apart: a flag (1: compressed), a length (uint32,
 * big-endian) and the message. Memory grows with what has arrived, never with what a prefix
 * promises.
 */
final class MessageFrames {

  private static final int PREFIX = 5;
  private static final int COMPRESSED = 1;

  private final long maxBytes;
  private final BodyEncoding encoding;
  private final ByteBufAllocator allocator;
  private final ByteBuf pending;
  private boolean released;

  /**
   * Frames of one call.
   *
   * @param maxBytes largest message, also after decompression
   * @param encoding what compressed messages are compressed with
   */
  MessageFrames(long maxBytes, BodyEncoding encoding, ByteBufAllocator allocator) {
    this.maxBytes = maxBytes;
    this.encoding = encoding;
    this.allocator = allocator;
    this.pending = allocator.heapBuffer(0);
  }

  /**
   * Takes a piece of the stream and hands over each message that it completes, in memory that is
   * valid during the call only.
   *
   * @throws ProtocolException where a message is too large or damaged
   */
  void append(ByteBuf piece, Consumer<ByteBuf> message) {
    pending.writeBytes(piece);
    while (!released && pending.readableBytes() >= PREFIX) {
      long length = pending.getUnsignedInt(pending.readerIndex() + 1);
      if (length > maxBytes) {
        throw new ProtocolException(
            ErrorCode.TOO_LARGE,
            "a message of "
                + length
                + " bytes is larger than "
                + maxBytes
                + ", the most this server takes");
      }
      if (pending.readableBytes() < PREFIX + length) {
        break;
      }
      int flag = pending.readUnsignedByte();
      pending.skipBytes(Integer.BYTES);
      deliver(flag, pending.readSlice((int) length), message);
    }
    if (!released) {
      pending.discardSomeReadBytes();
    }
  }

  private void deliver(int flag, ByteBuf bytes, Consumer<ByteBuf> message) {
    if (flag == 0) {
      message.accept(bytes);
    } else if (flag == COMPRESSED && encoding != BodyEncoding.IDENTITY) {
      ByteBuf plain = encoding.decode(bytes, maxBytes, allocator);
      try {
        message.accept(plain);
      } finally {
        plain.release();
      }
    } else {
      throw ProtocolException.invalid("a message has the flag %d without a grpc-encoding", flag);
    }
  }

  /** Whether a message has begun and not ended. */
  boolean hasRest() {
    return pending.isReadable();
  }

  /** Gives the memory back; also allowed while a message is being handed over. */
  void release() {
    released = true;
    pending.release();
  }
}
