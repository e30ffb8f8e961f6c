package dev.modelfleet.compression.dataset;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * Where each entry of a zip archive begins. {@link java.util.zip.ZipFile} knows but does not tell;
 * the offsets allow stored entries to be mapped into memory.
 */
final class ZipDirectory {

  private static final int END = 0x06054b50;
  private static final int END_64_LOCATOR = 0x07064b50;
  private static final int END_64 = 0x06064b50;
  private static final int ENTRY = 0x02014b50;
  private static final int MAX_COMMENT = 0xFFFF;
  private static final long MAX_DIRECTORY = 64L << 20;
  private static final long UNKNOWN_32 = 0xFFFF_FFFFL;

  private ZipDirectory() {}

  /** Offset of the local header of each entry by name. */
  static Map<String, Long> localOffsets(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long tailStart = Math.max(0, channel.size() - MAX_COMMENT - 22 - 20);
      ByteBuffer tail = read(channel, tailStart, channel.size() - tailStart);
      int end = lastIndexOf(tail, END, tail.limit() - 22);
      if (end < 0) {
        throw new IOException("no end of central directory");
      }
      long size = tail.getInt(end + 12) & UNKNOWN_32;
      long offset = tail.getInt(end + 16) & UNKNOWN_32;
      if (end >= 20 && tail.getInt(end - 20) == END_64_LOCATOR) {
        ByteBuffer end64 = read(channel, tail.getLong(end - 12), 56);
        if (end64.getInt(0) != END_64) {
          throw new IOException("damaged zip64 end of central directory");
        }
        size = end64.getLong(40);
        offset = end64.getLong(48);
      }
      if (size < 0 || size > MAX_DIRECTORY) {
        throw new IOException("central directory of " + size + " bytes");
      }
      return entries(read(channel, offset, size));
    } catch (IndexOutOfBoundsException e) {
      throw new IOException("damaged central directory", e);
    }
  }

  private static Map<String, Long> entries(ByteBuffer directory) {
    Map<String, Long> offsets = new HashMap<>();
    int at = 0;
    while (at + 46 <= directory.limit() && directory.getInt(at) == ENTRY) {
      int name = directory.getShort(at + 28) & 0xFFFF;
      int extra = directory.getShort(at + 30) & 0xFFFF;
      int comment = directory.getShort(at + 32) & 0xFFFF;
      long offset = directory.getInt(at + 42) & UNKNOWN_32;
      if (offset == UNKNOWN_32) {
        offset = offset64(directory, at, at + 46 + name, extra);
      }
      byte[] bytes = new byte[name];
      directory.get(at + 46, bytes);
      offsets.put(new String(bytes, StandardCharsets.UTF_8), offset);
      at += 46 + name + extra + comment;
    }
    return offsets;
  }

  /** The zip64 extra field holds, in this order, only those values that are unknown in 32 bits. */
  private static long offset64(ByteBuffer directory, int entry, int extraStart, int extraLength) {
    int at = extraStart;
    while (at + 4 <= extraStart + extraLength) {
      int id = directory.getShort(at) & 0xFFFF;
      int length = directory.getShort(at + 2) & 0xFFFF;
      if (id == 1) {
        int skip = (directory.getInt(entry + 24) & UNKNOWN_32) == UNKNOWN_32 ? 8 : 0;
        skip += (directory.getInt(entry + 20) & UNKNOWN_32) == UNKNOWN_32 ? 8 : 0;
        return directory.getLong(at + 4 + skip);
      }
      at += 4 + length;
    }
    return -1;
  }

  private static int lastIndexOf(ByteBuffer buffer, int signature, int from) {
    for (int at = from; at >= 0; at--) {
      if (buffer.getInt(at) == signature) {
        return at;
      }
    }
    return -1;
  }

  private static ByteBuffer read(FileChannel channel, long offset, long size) throws IOException {
    if (offset < 0 || size < 0 || offset + size > channel.size()) {
      throw new IOException("damaged central directory");
    }
    ByteBuffer buffer = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) >= 0) {}
    return buffer.flip();
  }
}
