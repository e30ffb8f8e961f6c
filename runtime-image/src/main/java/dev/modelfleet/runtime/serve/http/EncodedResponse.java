package dev.modelfleet.runtime.serve.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * A body ready to be sent.
 *
 * @param body its bytes, to be released when they are sent
 * @param jsonLength bytes of JSON before the binary data, before compression; −1 where the body is
 *     JSON alone
 * @param encoding how the bytes are compressed
 */
record EncodedResponse(ByteBuf body, int jsonLength, BodyEncoding encoding) {

  /** Below this the head of a response outweighs what compression saves. */
  private static final int MIN_COMPRESSED_BYTES = 1024;

  /** Not compressed. */
  EncodedResponse(ByteBuf body, int jsonLength) {
    this(body, jsonLength, BodyEncoding.IDENTITY);
  }

  boolean hasBinaryData() {
    return jsonLength >= 0;
  }

  boolean isWorthCompressing() {
    return body.readableBytes() >= MIN_COMPRESSED_BYTES;
  }

  /** The same, compressed; this one's bytes are released. */
  EncodedResponse compressed(BodyEncoding target, ByteBufAllocator allocator) {
    try {
      return new EncodedResponse(target.encode(body, allocator), jsonLength, target);
    } finally {
      body.release();
    }
  }
}
