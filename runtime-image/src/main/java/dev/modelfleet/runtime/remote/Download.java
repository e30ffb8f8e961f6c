package dev.modelfleet.runtime.remote;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes what arrives to a file. Failures of the connection stay {@code IOException}s, which are
 * tried again; failures of the local disk become {@code UncheckedIOException}s, which are not.
 */
public final class Download {

  private static final int BUFFER = 1 << 17;

  private Download() {}

  /** A check after the last byte. */
  @FunctionalInterface
  public interface Verification {

    /** Fails where the content is not what it should be. */
    void verify() throws IOException;
  }

  /**
   * Writes a stream to a file, which is there afterwards only if everything succeeded.
   *
   * @param maxBytes more than this is refused
   * @return number of bytes
   */
  public static long toFile(InputStream in, Path file, long maxBytes, Verification verification)
      throws IOException {
    boolean complete = false;
    try {
      long count = copy(in, file, maxBytes);
      verification.verify();
      complete = true;
      return count;
    } finally {
      if (!complete) {
        delete(file);
      }
    }
  }

  private static long copy(InputStream in, Path file, long maxBytes) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long count = 0;
    try (OutputStream out = open(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        count += read;
        if (count > maxBytes) {
          throw new RemoteException(
              RemoteException.Kind.REFUSED,
              "it is larger than the limit of " + maxBytes + " bytes");
        }
        write(out, buffer, read);
      }
    }
    return count;
  }

  private static OutputStream open(Path file) {
    try {
      Files.createDirectories(file.getParent());
      return Files.newOutputStream(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  private static void write(OutputStream out, byte[] buffer, int count) {
    try {
      out.write(buffer, 0, count);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a download: " + e.getMessage(), e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete the partial download " + file, e);
    }
  }
}
