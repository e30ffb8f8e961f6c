package dev.modelfleet.runtime.serve.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import dev.modelfleet.runtime.serve.http.BodyEncoding;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
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
  private static final CharSequence ENCODING = HttpHeaders.createOptimized("grpc-encoding");
  private static final CharSequence OK = HttpHeaders.createOptimized("0");
  private static final int PREFIX = 5;
  private static final int COMPRESSED = 1;

  /** HTTP/2's error code of a stream that is closed because all is said (RFC 9113, 8.1). */
  private static final long NO_ERROR = 0;

  /** Below this compression saves nothing. */
  private static final int MIN_COMPRESSED_BYTES = 1024;

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

  /** The same message compressed where that helps; the given frame is then released. */
  static ByteBuf compressed(ByteBuf frame, BodyEncoding encoding, ByteBufAllocator allocator) {
    if (encoding == BodyEncoding.IDENTITY || frame.readableBytes() < MIN_COMPRESSED_BYTES) {
      return frame;
    }
    try {
      ByteBuf message =
          encoding.encode(frame.slice(PREFIX, frame.readableBytes() - PREFIX), allocator);
      try {
        ByteBuf target = allocator.directBuffer(PREFIX + message.readableBytes());
        return target.writeByte(COMPRESSED).writeInt(message.readableBytes()).writeBytes(message);
      } finally {
        message.release();
      }
    } finally {
      frame.release();
    }
  }

  /**
   * The headers of every response.
   *
   * @param encoding of the messages that are compressed
   */
  static void begin(HttpServerResponse response, BodyEncoding encoding) {
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
        .putHeader(ACCEPTS, "gzip, deflate, identity");
    if (encoding != BodyEncoding.IDENTITY) {
      response.putHeader(ENCODING, encoding.header());
    }
  }

  /** Ends a call well. */
  static void end(HttpServerResponse response) {
    response.putTrailer(STATUS, OK).end();
  }

  /**
   * Ends a call with a refusal: in the trailers, or in the headers where nothing was sent. What the
   * client has not sent yet is not waited for: its side of the stream is closed too.
   */
  static void end(HttpServerRequest request, ProtocolException reason) {
    HttpServerResponse response = request.response();
    String status = Integer.toString(reason.code().grpcStatus());
    String message = percentEncode(reason.getMessage());
    Future<Void> ended =
        response.headWritten()
            ? response.putTrailer(STATUS, status).putTrailer(MESSAGE, message).end()
            : response.putHeader(STATUS, status).putHeader(MESSAGE, message).end();
    ended.onSuccess(
        sent -> {
          if (!request.isEnded()) {
            response.reset(NO_ERROR);
          }
        });
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
