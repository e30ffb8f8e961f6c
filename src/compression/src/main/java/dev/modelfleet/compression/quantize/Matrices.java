package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Rearranges weights. */
final class Matrices {

  private static final ValueLayout.OfFloat FLOATS =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Matrices() {}

  /** A FLOAT matrix with rows and columns exchanged. */
  static Tensor transpose(Tensor matrix) {
    int rows = Math.toIntExact(matrix.dimension(0));
    int columns = Math.toIntExact(matrix.dimension(1));
    MemorySegment target = Tensor.allocate(matrix.byteSize());
    float[] row = new float[columns];
    for (int r = 0; r < rows; r++) {
      matrix.copyFloats((long) r * columns, row);
      for (int c = 0; c < columns; c++) {
        target.setAtIndex(FLOATS, (long) c * rows + r, row[c]);
      }
    }
    return Tensor.of(matrix.type(), new long[] {columns, rows}, target);
  }
}
