package dev.modelfleet.runtime.oci;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.runtime.FailureException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Unpacks tar archives of untrusted origin: regular files and directories only, below one
 * directory, within limits. Links are refused, as they could lead later entries or readers out of
 * it.
 */
public final class SafeTar {

  private final Path root;
  private final UnpackLimits limits;
  private long bytes;
  private int files;

  /** Unpacks below {@code root}; the limits hold for all archives that this instance unpacks. */
  public SafeTar(Path root, UnpackLimits limits) {
    this.root = root;
    this.limits = limits;
  }

  /**
   * Unpacks one archive, gzip-compressed or not.
   *
   * @param origin name of the archive, for messages
   * @throws FailureException {@code UnsafePath} for what may not be in it, {@code InvalidModel}
   *     where it is broken or too large
   * @throws UncheckedIOException where a file cannot be written
   */
  public void unpack(Path archive, Object origin) {
    try (InputStream in = decompressed(archive);
        TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        unpack(tar, entry, origin);
      }
    } catch (IOException e) {
      throw new FailureException(
          FailureReason.INVALID_MODEL, origin + " is a broken archive: " + e.getMessage(), e);
    }
  }

  private void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Object origin)
      throws IOException {
    Path path = SafePath.below(root, entry.getName(), origin);
    if (++files > limits.files()) {
      throw tooLarge(origin, limits.files() + " files");
    }
    switch (entry.getLinkFlag()) {
      case TarConstants.LF_DIR -> createDirectories(path);
      case TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM -> write(tar, path, origin);
      default ->
          throw new FailureException(
              FailureReason.UNSAFE_PATH,
              origin
                  + " holds \""
                  + entry.getName()
                  + "\", which is a link or a special file: only files and directories are"
                  + " accepted");
    }
  }

  private void write(TarArchiveInputStream tar, Path path, Object origin) throws IOException {
    byte[] buffer = new byte[1 << 16];
    try (OutputStream out = create(path)) {
      for (int count = tar.read(buffer); count >= 0; count = tar.read(buffer)) {
        bytes += count;
        if (bytes > limits.bytes()) {
          throw tooLarge(origin, limits.bytes() + " bytes");
        }
        write(out, buffer, count);
      }
    }
  }

  private static void createDirectories(Path path) {
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw cannotWrite(path, e);
    }
  }

  private static OutputStream create(Path path) {
    createDirectories(path.getParent());
    try {
      Files.deleteIfExists(path);
      return Files.newOutputStream(path, StandardOpenOption.CREATE_NEW);
    } catch (IOException e) {
      throw cannotWrite(path, e);
    }
  }

  private void write(OutputStream out, byte[] buffer, int count) {
    try {
      out.write(buffer, 0, count);
    } catch (IOException e) {
      throw cannotWrite(root, e);
    }
  }

  private static UncheckedIOException cannotWrite(Path path, IOException e) {
    return new UncheckedIOException("cannot unpack to " + path + ": " + e.getMessage(), e);
  }

  private static FailureException tooLarge(Object origin, String limit) {
    return new FailureException(
        FailureReason.INVALID_MODEL, origin + " unpacks to more than the limit of " + limit);
  }

  private static InputStream decompressed(Path archive) throws IOException {
    BufferedInputStream in = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
    in.mark(2);
    boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return gzip ? new GZIPInputStream(in, 1 << 16) : in;
  }
}
