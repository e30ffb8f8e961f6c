package dev.modelfleet.runtime.serve.http;

import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** How a request's body or message is compressed. */
public enum BodyEncoding {
  IDENTITY,
  GZIP,
  /** zlib's format, or, as some clients send it, bare deflate. */
  DEFLATE;

  /** zlib's fastest: tensors of floats hardly shrink, and a server has better things to do. */
  private static final int LEVEL = Deflater.BEST_SPEED;

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

  /** The best encoding that an Accept-Encoding header allows; identity where it is null. */
  public static BodyEncoding accepted(String header) {
    if (header == null) {
      return IDENTITY;
    }
    String wanted = header.toLowerCase(Locale.ROOT);
    return accepts(wanted, "gzip") ? GZIP : accepts(wanted, "deflate") ? DEFLATE : IDENTITY;
  }

  private static boolean accepts(String header, String encoding) {
    for (String entry : header.split(",", -1)) {
      String[] parts = entry.replace(" ", "").split(";", 2);
      if (parts[0].equals(encoding)) {
        return parts.length == 1 || !parts[1].matches("q=0(\\.0*)?");
      }
    }
    return false;
  }

  /** Its name in headers. */
  public String header() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The bytes compressed, in a buffer that the caller releases. The plain ones stay. */
  public ByteBuf encode(ByteBuf plain, ByteBufAllocator allocator) {
    ByteBuf compressed = allocator.heapBuffer(Math.max(64, plain.readableBytes() / 2));
    boolean complete = false;
    Deflater deflater = new Deflater(LEVEL);
    try (OutputStream stream = compressing(new ByteBufOutputStream(compressed), deflater)) {
      plain.getBytes(plain.readerIndex(), stream, plain.readableBytes());
      stream.close();
      complete = true;
      return compressed;
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    } finally {
      deflater.end();
      if (!complete) {
        compressed.release();
      }
    }
  }

  private OutputStream compressing(OutputStream target, Deflater deflater) throws IOException {
    return switch (this) {
      case IDENTITY -> target;
      case GZIP -> new Gzip(target);
      case DEFLATE -> new DeflaterOutputStream(target, deflater, BLOCK);
    };
  }

  /** At this server's level, which the JDK's own does not let choose. */
  private static final class Gzip extends GZIPOutputStream {
    private Gzip(OutputStream target) throws IOException {
      super(target, BLOCK);
      def.setLevel(LEVEL);
    }
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
