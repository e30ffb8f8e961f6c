package dev.modelfleet.runtime.serve.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** gRPC's response side: framed messages, and the status that ends a call. */
final class GrpcReplies {

  static final CharSequence CONTENT_TYPE = HttpHeaders.createOptimized("application/grpc");
  private static final CharSequence STATUS = HttpHeaders.createOptimized("grpc-status");
  private static final CharSequence MESSAGE = HttpHeaders.createOptimized("grpc-message");
  private static final CharSequence ACCEPTS = HttpHeaders.createOptimized("grpc-accept-encoding");
  private static final CharSequence OK = HttpHeaders.createOptimized("0");
  private static final int PREFIX = 5;

  private GrpcReplies() {}

  /** The message with its prefix, to be released when it is written. */
  static ByteBuf frame(MessageLite message, ByteBufAllocator allocator) {
    int size = message.getSerializedSize();
    ByteBuf frame = allocator.directBuffer(PREFIX + size);
    frame.writeByte(0).writeInt(size);
    try {
      CodedOutputStream output = CodedOutputStream.newInstance(frame.nioBuffer(PREFIX, size));
      message.writeTo(output);
      output.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return frame.writerIndex(PREFIX + size);
  }

  /** The headers of every response. */
  static void begin(HttpServerResponse response) {
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
        .putHeader(ACCEPTS, "gzip, deflate, identity");
  }

  /** Ends a call well. */
  static void end(HttpServerResponse response) {
    response.putTrailer(STATUS, OK).end();
  }

  /** Ends a call with a refusal: in the trailers, or in the headers where nothing was sent. */
  static void end(HttpServerResponse response, ProtocolException reason) {
    String status = Integer.toString(reason.code().grpcStatus());
    String message = percentEncode(reason.getMessage());
    if (response.headWritten()) {
      response.putTrailer(STATUS, status).putTrailer(MESSAGE, message).end();
    } else {
      response.putHeader(STATUS, status).putHeader(MESSAGE, message).end();
    }
  }

  /**
   * As gRPC wants its messages: printable ASCII stays, all else and the percent sign is encoded.
   */
  static String percentEncode(String message) {
    StringBuilder encoded = new StringBuilder(message.length());
    for (byte b : message.getBytes(StandardCharsets.UTF_8)) {
      if (b >= ' ' && b <= '~' && b != '%') {
        encoded.append((char) b);
      } else {
        encoded.append('%').append(String.format("%02X", b));
      }
    }
    return encoded.toString();
  }
}
