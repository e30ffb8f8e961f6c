package dev.modelfleet.compression.codebook;

import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Codes of 2 to 8 bits in bytes without a gap, a row of a matrix at a time. Codes of 3, 5, 6 or 7
 * bits are split into fields of 1, 2 and 4 bits, of which a whole number fits a byte. Byte j of a
 * row holds, from its lowest bits on, column j, column j + width, and so on, so that unpacking is
 * shifting and putting side by side.
 *
 * @param bits of a code
 * @param columns codes of a row
 * @param fields from the lowest bits of a code on
 */
record PackedCodes(int bits, int columns, List<Field> fields) {

  /**
   * Some bits of all codes.
   *
   * @param bits 1, 2, 4 or 8
   * @param offset of the lowest one in a code
   * @param bytes UINT8 [rows, width]
   */
  record Field(int bits, int offset, Tensor bytes) {}

  /** Widths of the fields of a code. */
  static List<Integer> widths(int bits) {
    List<Integer> widths = new ArrayList<>();
    int rest = bits;
    for (int width : new int[] {8, 4, 2, 1}) {
      if (rest >= width) {
        widths.add(width);
        rest -= width;
      }
    }
    return widths;
  }

  /** Bytes of a row. */
  static long rowBytes(int bits, int columns) {
    return widths(bits).stream().mapToLong(width -> Math.ceilDiv(columns * width, 8)).sum();
  }

  /**
   * Packs.
   *
   * @param codes row by row
   */
  static PackedCodes of(byte[][] codes, int bits) {
    List<Field> fields = new ArrayList<>();
    int offset = 0;
    for (int width : widths(bits)) {
      fields.add(new Field(width, offset, pack(codes, width, offset)));
      offset += width;
    }
    return new PackedCodes(bits, codes[0].length, fields);
  }

  private static Tensor pack(byte[][] codes, int width, int offset) {
    int columns = codes[0].length;
    int bytes = Math.ceilDiv(columns * width, 8);
    byte[] packed = new byte[codes.length * bytes];
    for (int r = 0; r < codes.length; r++) {
      for (int c = 0; c < columns; c++) {
        int field = ((codes[r][c] & 0xff) >> offset) & ((1 << width) - 1);
        packed[r * bytes + c % bytes] |= (byte) (field << (c / bytes * width));
      }
    }
    return Tensor.of(ElementType.UINT8, new long[] {codes.length, bytes}, direct(packed));
  }

  /** The engine takes weights from outside the heap only. */
  private static MemorySegment direct(byte[] bytes) {
    return Tensor.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes));
  }
}
