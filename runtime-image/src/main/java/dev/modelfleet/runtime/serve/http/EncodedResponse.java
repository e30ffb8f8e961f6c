package dev.modelfleet.runtime.serve.http;

import io.netty.buffer.ByteBuf;

/**
 * A body ready to be sent.
 *
 * @param body its bytes; sending them gives their memory back
 * @param jsonLength bytes of JSON before the binary data; −1 where the body is JSON alone
 */
record EncodedResponse(ByteBuf body, int jsonLength) {

  boolean hasBinaryData() {
    return jsonLength >= 0;
  }
}
