package dev.modelfleet.runtime.serve.http;

import io.netty.buffer.ByteBuf;

/**
 * A body ready to be sent.
 *
 * @param body its bytes, to be released when they are sent
 * @param jsonLength bytes of JSON before the binary data; −1 where the body is JSON alone
 */
record EncodedResponse(ByteBuf body, int jsonLength) {

  boolean hasBinaryData() {
    return jsonLength >= 0;
  }
}
