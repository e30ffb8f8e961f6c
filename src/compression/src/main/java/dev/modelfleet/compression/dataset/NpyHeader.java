package dev.modelfleet.compression.dataset;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of an {@code .npy} array, format versions 1 to 3 (NumPy enhancement proposal 1).
 *
 * @param type element type
 * @param itemBytes bytes of one item; of strings the fixed width
 * @param unicode whether strings are UTF-32 ({@code U}) rather than bytes ({@code S})
 * @param shape size of each axis
 * @param dataOffset where the values begin
 */
record NpyHeader(ElementType type, int itemBytes, boolean unicode, long[] shape, long dataOffset) {

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER = 64 * 1024;
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\sL]*)\\)");

  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  static NpyHeader parse(String name, MemorySegment file) {
    if (file.byteSize() < 12 || !startsWithMagic(file)) {
      throw mismatch(name, "is not an .npy array (no NUMPY magic)");
    }
    int major = file.get(BYTE, 6);
    int lengthBytes = major == 1 ? 2 : 4;
    long length = littleEndian(file, 8, lengthBytes);
    long start = 8 + lengthBytes;
    if (major < 1 || major > 3 || length > MAX_HEADER || start + length > file.byteSize()) {
      throw mismatch(name, "has a damaged .npy header");
    }
    byte[] text = file.asSlice(start, length).toArray(BYTE);
    return parseDictionary(name, new String(text, StandardCharsets.UTF_8), start + length);
  }

  private static boolean startsWithMagic(MemorySegment file) {
    return Arrays.equals(file.asSlice(0, MAGIC.length).toArray(BYTE), MAGIC);
  }

  private static long littleEndian(MemorySegment file, long offset, int bytes) {
    long value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      value = value << 8 | (file.get(BYTE, offset + i) & 0xFF);
    }
    return value;
  }

  private static NpyHeader parseDictionary(String name, String text, long dataOffset) {
    Matcher descr = DESCR.matcher(text);
    Matcher fortran = FORTRAN.matcher(text);
    Matcher shapeText = SHAPE.matcher(text);
    if (!descr.find() || !fortran.find() || !shapeText.find()) {
      throw mismatch(
          name, "has the unsupported header " + text.strip() + ": save plain arrays of numbers");
    }
    long[] shape = shape(name, shapeText.group(1));
    if (fortran.group(1).equals("True") && shape.length > 1) {
      throw mismatch(name, "is in Fortran order: save numpy.ascontiguousarray(array)");
    }
    String code = descr.group(1);
    char kind = code.length() > 1 ? code.charAt(1) : '?';
    if (kind == 'S' || kind == 'U') {
      int width = width(name, code);
      return new NpyHeader(
          ElementType.STRING, kind == 'U' ? 4 * width : width, kind == 'U', shape, dataOffset);
    }
    ElementType type = NpyTypes.elementType(name, code);
    return new NpyHeader(type, type.bits() / 8, false, shape, dataOffset);
  }

  private static int width(String name, String code) {
    try {
      int width = Integer.parseInt(code.substring(2));
      if (width >= 0 && width < 1 << 24 && code.charAt(0) != '>') {
        return width;
      }
    } catch (NumberFormatException e) {
      throw mismatch(name, "has the unsupported type " + code);
    }
    throw mismatch(name, "has the unsupported type " + code);
  }

  private static long[] shape(String name, String text) {
    try {
      long[] shape =
          Arrays.stream(text.replace("L", "").split(","))
              .map(String::strip)
              .filter(part -> !part.isEmpty())
              .mapToLong(Long::parseLong)
              .toArray();
      long elements = 1;
      for (long dimension : shape) {
        elements = Math.multiplyExact(elements, dimension);
      }
      return shape;
    } catch (NumberFormatException | ArithmeticException e) {
      throw mismatch(name, "has the impossible shape (" + text + ")");
    }
  }

  /** Number of items. */
  long elements() {
    long elements = 1;
    for (long dimension : shape) {
      elements *= dimension;
    }
    return elements;
  }

  static CompressionException mismatch(String name, String problem) {
    return new CompressionException(
        FailureReason.DATASET_MISMATCH, "array " + name + " " + problem);
  }
}
