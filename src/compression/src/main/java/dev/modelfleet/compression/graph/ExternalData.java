package dev.modelfleet.compression.graph;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.onnx.StringStringEntryProto;
import dev.modelfleet.compression.onnx.TensorProto;
import dev.modelfleet.compression.tensor.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tensor data that lies in files beside the model. Only plain files inside the model's directory
 * are opened: an absolute path, {@code ..}, a symbolic link anywhere on the way and a file with a
 * second (hard) link are refused before anything is read.
 */
final class ExternalData {

  private final Path directory;
  private final long maxBytes;
  private final Map<String, MappedFile> files = new LinkedHashMap<>();
  private long totalBytes;

  /**
   * @param directory the model's directory
   * @param maxBytes bytes that all files together may have
   */
  ExternalData(Path directory, long maxBytes) {
    this.directory = directory;
    this.maxBytes = maxBytes;
  }

  /** Bytes of the files that were opened. */
  long totalBytes() {
    return totalBytes;
  }

  /** Maps a tensor's bytes into memory. */
  Tensor read(TensorProto tensor, ElementType type, long[] shape, long bytes) {
    Map<String, String> entries = new LinkedHashMap<>();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    String location = entries.getOrDefault("location", "");
    MappedFile file = files.get(location);
    if (file == null) {
      file = map(tensor, location);
      files.put(location, file);
    }
    long offset = number(tensor, entries, "offset", 0);
    long length = number(tensor, entries, "length", bytes);
    if (length != bytes || offset < 0 || offset > file.memory().byteSize() - length) {
      throw new CompressionException(
          FailureReason.INVALID_MODEL,
          "tensor %s: external data offset %d, length %d does not fit its shape (%d bytes) or %s"
                  .formatted(tensor.getName(), offset, length, bytes, location)
              + " (%d bytes)".formatted(file.memory().byteSize()));
    }
    return Tensor.of(type, shape, file.memory().asSlice(offset, length), file);
  }

  private MappedFile map(TensorProto tensor, String location) {
    Path file = resolve(tensor, location);
    try {
      totalBytes += Files.size(file);
      if (totalBytes > maxBytes) {
        throw new CompressionException(
            FailureReason.INVALID_MODEL,
            "external data is larger than the limit of " + maxBytes + " bytes");
      }
      return MappedFile.of(file, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw new CompressionException(
          FailureReason.INVALID_MODEL,
          "tensor %s: external data %s can't be read".formatted(tensor.getName(), location),
          e);
    }
  }

  private Path resolve(TensorProto tensor, String location) {
    Path relative;
    try {
      relative = Path.of(location);
    } catch (InvalidPathException e) {
      throw unsafe(tensor, location, "is not a path");
    }
    if (location.isEmpty() || relative.isAbsolute() || location.contains("\\")) {
      throw unsafe(tensor, location, "is not a relative path");
    }
    Path current = directory;
    for (Path part : relative) {
      if (part.toString().equals("..")) {
        throw unsafe(tensor, location, "leaves the model's directory");
      }
      current = current.resolve(part);
      if (Files.isSymbolicLink(current)) {
        throw unsafe(tensor, location, "is a symbolic link or lies behind one");
      }
    }
    requirePlainFile(tensor, location, current);
    return current;
  }

  private static void requirePlainFile(TensorProto tensor, String location, Path file) {
    try {
      if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isRegularFile()) {
        throw unsafe(tensor, location, "is not a regular file");
      }
      if (file.getFileSystem().supportedFileAttributeViews().contains("unix")
          && (int) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS) > 1) {
        throw unsafe(tensor, location, "has more than one hard link");
      }
    } catch (IOException e) {
      throw new CompressionException(
          FailureReason.INVALID_MODEL,
          "tensor %s: external data %s is missing beside the model"
              .formatted(tensor.getName(), location),
          e);
    }
  }

  private static long number(
      TensorProto tensor, Map<String, String> entries, String key, long otherwise) {
    String text = entries.get(key);
    try {
      return text == null ? otherwise : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new CompressionException(
          FailureReason.INVALID_MODEL,
          "tensor %s: external data %s is %s, not a number".formatted(tensor.getName(), key, text),
          e);
    }
  }

  private static CompressionException unsafe(TensorProto tensor, String location, String problem) {
    return new CompressionException(
        FailureReason.UNSAFE_PATH,
        "tensor %s: external data location '%s' %s; it must be a plain file inside the model's"
                .formatted(tensor.getName(), location, problem)
            + " directory");
  }
}
