package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A matrix in blocks, in the layout of ONNX Runtime's MatMulNBits and GatherBlockQuantized: row by
 * row, the codes of 4 bits in pairs, the lower half first.
 *
 * @param codes UINT8 [rows, blocks, bytes of a block]
 * @param scales FLOAT [rows, blocks]
 * @param zeroPoints UINT8 [rows, bytes for the codes of all blocks]; null for symmetric blocks
 */
record BlockWeights(Tensor codes, Tensor scales, Tensor zeroPoints) {

  /**
   * Quantizes; equal arguments give equal results, whatever the number of processors.
   *
   * @param matrix FLOAT, one row for each output channel
   */
  static BlockWeights of(Tensor matrix, BlockFormat format, BlockRounding rounding) {
    int rows = Math.toIntExact(matrix.dimension(0));
    int columns = Math.toIntExact(matrix.dimension(1));
    int blocks = format.blocks(columns);
    int blockBytes = format.size() * format.bits() / 8;
    int zeroBytes = Math.ceilDiv(blocks * format.bits(), 8);
    MemorySegment codes = Tensor.allocate((long) rows * blocks * blockBytes);
    float[] scales = new float[rows * blocks];
    byte[] zeroPoints = new byte[rows * zeroBytes];
    IntStream.range(0, rows)
        .parallel()
        .forEach(
            r -> {
              float[] weights = new float[columns];
              matrix.copyFloats((long) r * columns, weights);
              BlockRow row = rounding.round(weights, format);
              byte[] padded = Arrays.copyOf(row.codes(), blocks * format.size());
              byte[] packed = pack(padded, format);
              long at = (long) r * packed.length;
              MemorySegment.copy(packed, 0, codes, ValueLayout.JAVA_BYTE, at, packed.length);
              System.arraycopy(row.scales(), 0, scales, r * blocks, blocks);
              byte[] zeros = pack(row.zeroPoints(), format);
              System.arraycopy(zeros, 0, zeroPoints, r * zeroBytes, zeroBytes);
            });
    return new BlockWeights(
        Tensor.of(ElementType.UINT8, new long[] {rows, blocks, blockBytes}, codes),
        Tensor.ofFloats(scales, rows, blocks),
        format.symmetric() ? null : Tensor.ofBytes(ElementType.UINT8, zeroPoints, rows, zeroBytes));
  }

  private static byte[] pack(byte[] codes, BlockFormat format) {
    if (format.bits() == 8) {
      return codes;
    }
    byte[] packed = new byte[Math.ceilDiv(codes.length, 2)];
    for (int i = 0; i < codes.length; i++) {
      packed[i / 2] |= (byte) (codes[i] << (i % 2 * 4));
    }
    return packed;
  }
}
