package dev.modelfleet.compression.dataset;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Gives the bytes of zip entries as memory: entries that are stored as they are ({@code
 * numpy.savez}) are mapped from the archive, compressed ones ({@code numpy.savez_compressed}) are
 * unpacked, large ones to a temporary file.
 */
final class ZipEntries implements Closeable {

  private static final long MAX_ON_HEAP = 16L << 20;
  private static final long MAX_UNPACKED = 64L << 30;
  private static final int LOCAL_HEADER = 0x04034b50;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path path;
  private final ZipFile zip;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment mapped;

  ZipEntries(Path path) throws IOException {
    this.path = path;
    this.zip = new ZipFile(path.toFile());
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      this.mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException e) {
      zip.close();
      throw e;
    }
  }

  Iterable<ZipEntry> entries() {
    return () -> zip.stream().<ZipEntry>map(entry -> entry).iterator();
  }

  /**
   * The bytes of an entry.
   *
   * @param localOffset where the entry's local header is, see {@link ZipDirectory}
   */
  MemorySegment bytes(ZipEntry entry, long localOffset) throws IOException {
    if (entry.getMethod() == ZipEntry.STORED) {
      return stored(entry, localOffset);
    }
    if (entry.getSize() > MAX_UNPACKED) {
      throw new CompressionException(
          FailureReason.DATASET_MISMATCH,
          "%s: %s unpacks to %d bytes, more than %d"
              .formatted(path, entry.getName(), entry.getSize(), MAX_UNPACKED));
    }
    return entry.getSize() <= MAX_ON_HEAP ? unpackToHeap(entry) : unpackToFile(entry);
  }

  private MemorySegment stored(ZipEntry entry, long localOffset) {
    long size = entry.getSize();
    boolean header =
        localOffset >= 0
            && localOffset + 30 <= mapped.byteSize()
            && mapped.get(INT, localOffset) == LOCAL_HEADER;
    long start = 0;
    if (header) {
      int name = mapped.get(SHORT, localOffset + 26) & 0xFFFF;
      int extra = mapped.get(SHORT, localOffset + 28) & 0xFFFF;
      start = localOffset + 30 + name + extra;
    }
    if (!header || size != entry.getCompressedSize() || start + size > mapped.byteSize()) {
      throw new CompressionException(
          FailureReason.DATASET_MISMATCH,
          "%s: entry %s is damaged".formatted(path, entry.getName()));
    }
    return mapped.asSlice(start, size);
  }

  private MemorySegment unpackToHeap(ZipEntry entry) throws IOException {
    try (InputStream stream = zip.getInputStream(entry)) {
      byte[] bytes = stream.readNBytes((int) MAX_ON_HEAP + 1);
      if (bytes.length > MAX_ON_HEAP) {
        throw new CompressionException(
            FailureReason.DATASET_MISMATCH,
            "%s: entry %s is larger than its directory says".formatted(path, entry.getName()));
      }
      return MemorySegment.ofArray(bytes);
    }
  }

  private MemorySegment unpackToFile(ZipEntry entry) throws IOException {
    Path file = Files.createTempFile("modelfleet-array", ".npy");
    try (InputStream stream = zip.getInputStream(entry);
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment target = channel.map(FileChannel.MapMode.READ_WRITE, 0, entry.getSize(), arena);
      byte[] block = new byte[1 << 16];
      long at = 0;
      for (int n = stream.read(block); n >= 0; n = stream.read(block)) {
        MemorySegment.copy(MemorySegment.ofArray(block), 0, target, at, n);
        at += n;
      }
      return target.asSlice(0, at).asReadOnly();
    } finally {
      // The mapping keeps the bytes; the name is not needed any more.
      Files.deleteIfExists(file);
    }
  }

  @Override
  public void close() throws IOException {
    arena.close();
    zip.close();
  }
}
