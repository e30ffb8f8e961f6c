package dev.modelfleet.compression.graph;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A file that is mapped into memory for reading, and what tells whether another has taken its place
 * since: the mapping then still shows the old one.
 */
final class MappedFile {

  private final Path path;
  private final MemorySegment memory;
  private final List<Object> identity;

  private MappedFile(Path path, MemorySegment memory, List<Object> identity) {
    this.path = path;
    this.memory = memory;
    this.identity = identity;
  }

  /** Maps a whole file; it stays mapped as long as something refers to its memory. */
  static MappedFile of(Path file, OpenOption... more) throws IOException {
    Path path = file.toAbsolutePath();
    List<Object> identity = identity(path);
    Set<OpenOption> options = new HashSet<>(List.of(more));
    options.add(StandardOpenOption.READ);
    try (FileChannel channel = FileChannel.open(path, options)) {
      MemorySegment memory =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
      return new MappedFile(path, memory, identity);
    }
  }

  private static List<Object> identity(Path path) throws IOException {
    BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
    return List.of(
        Objects.requireNonNullElse(now.fileKey(), path), now.size(), now.lastModifiedTime());
  }

  Path path() {
    return path;
  }

  MemorySegment memory() {
    return memory;
  }

  /** Offset in the file of a part of its memory. */
  long offset(MemorySegment part) {
    return part.address() - memory.address();
  }

  /** Whether the path still leads to the file that is mapped, as it was then. */
  boolean isUnchanged() {
    if (!Files.exists(path)) {
      return false;
    }
    try {
      return identity.equals(identity(path));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at " + path, e);
    }
  }
}
