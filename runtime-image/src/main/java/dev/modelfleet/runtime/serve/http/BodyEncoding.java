package dev.modelfleet.runtime.serve.http;

import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** How a request's body or message is compressed. */
public enum BodyEncoding {
  IDENTITY,
  GZIP,
  /** zlib's format, or, as some clients send it, bare deflate. */
  DEFLATE;

  private static final int ZLIB_METHOD = 8;
  private static final int BLOCK = 1 << 16;

  /**
   * The encoding that a Content-Encoding header names; null is identity.
   *
   * @throws ProtocolException (invalid) for one that the server does not have
   */
  public static BodyEncoding of(String header) {
    return switch (header == null ? "" : header.trim().toLowerCase(Locale.ROOT)) {
      case "", "identity" -> IDENTITY;
      case "gzip", "x-gzip" -> GZIP;
      case "deflate" -> DEFLATE;
      default ->
          throw ProtocolException.invalid(
              "Content-Encoding '%s' is not supported; use gzip, deflate or none", header);
    };
  }

  /**
   * The body as it was before compression, in a heap buffer that the caller releases. The
   * compressed one stays the caller's.
   *
   * @throws ProtocolException (invalid) where it is damaged, (too large) beyond {@code limit} bytes
   */
  public ByteBuf decode(ByteBuf compressed, long limit, ByteBufAllocator allocator) {
    ByteBuf plain = allocator.heapBuffer();
    boolean complete = false;
    try (InputStream stream = open(new BufferedInputStream(new ByteBufInputStream(compressed)))) {
      byte[] block = new byte[BLOCK];
      for (int n = stream.read(block); n >= 0; n = stream.read(block)) {
        if (plain.readableBytes() + n > limit) {
          throw new ProtocolException(
              ErrorCode.TOO_LARGE, "the body unpacks to more than " + limit + " bytes");
        }
        plain.writeBytes(block, 0, n);
      }
      complete = true;
      return plain;
    } catch (IOException e) {
      throw ProtocolException.invalid(
          "the body is not valid %s: %s", name().toLowerCase(Locale.ROOT), e.getMessage());
    } finally {
      if (!complete) {
        plain.release();
      }
    }
  }

  private InputStream open(InputStream compressed) throws IOException {
    return switch (this) {
      case IDENTITY -> compressed;
      case GZIP -> new GZIPInputStream(compressed, BLOCK);
      case DEFLATE -> {
        compressed.mark(1);
        boolean zlib = (compressed.read() & 0x0F) == ZLIB_METHOD;
        compressed.reset();
        yield zlib
            ? new InflaterInputStream(compressed)
            : new InflaterInputStream(compressed, new Inflater(true));
      }
    };
  }
}
