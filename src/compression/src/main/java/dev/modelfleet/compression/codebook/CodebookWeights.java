package dev.modelfleet.compression.codebook;

import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.quantize.InverseFactor;
import dev.modelfleet.compression.tensor.TensorData;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A matrix of weights as codes: each row has a codebook of its own, or all share one and each has a
 * scale.
 *
 * @param codes of each weight
 * @param codebook [rows, levels], or [levels] where all rows share it; FP16 where that is precise
 * @param scales [rows, 1]; null where each row has its own codebook
 */
record CodebookWeights(PackedCodes codes, Tensor codebook, Tensor scales) {

  /**
   * How rows become codes.
   *
   * @param bits of a code, 2 to 8
   * @param shared whether all rows share a codebook
   * @param importance of an error in each column; null where all are alike
   * @param factor by which later weights of a row make up for errors of earlier ones; null for none
   */
  record Settings(int bits, boolean shared, float[] importance, InverseFactor factor) {}

  /** Bytes of a matrix. */
  static long bytes(int rows, int columns, int bits, boolean shared) {
    long books = shared ? (1L << bits) + rows : (long) rows << bits;
    return rows * PackedCodes.rowBytes(bits, columns) + 2 * books;
  }

  /**
   * Finds codebooks and codes.
   *
   * @param rows weights; may be changed
   */
  static CodebookWeights of(float[][] rows, Settings settings) {
    float[] scales = settings.shared() ? normalize(rows) : null;
    float[] importance =
        settings.importance() == null ? ones(rows[0].length) : settings.importance();
    int count = 1 << settings.bits();
    Codebook[] books = new Codebook[settings.shared() ? 1 : rows.length];
    if (settings.shared()) {
      books[0] = Codebook.of(rows, importance, count);
    } else {
      IntStream.range(0, rows.length)
          .parallel()
          .forEach(r -> books[r] = Codebook.of(rows[r], importance, count));
    }
    boolean half = Arrays.stream(books).allMatch(Codebook::fitsHalf);
    if (half) {
      Arrays.setAll(books, b -> books[b].halved());
    }
    byte[][] codes = new byte[rows.length][];
    IntStream.range(0, rows.length)
        .parallel()
        .forEach(r -> codes[r] = codes(rows[r], books[r % books.length], settings.factor()));
    return new CodebookWeights(
        PackedCodes.of(codes, settings.bits()),
        tensor(books, settings.shared(), half),
        scales == null ? null : scalesTensor(scales));
  }

  /**
   * Squared error of rows with codebooks of their own or a shared one, weighed by importance.
   *
   * @param rows weights; may be changed
   */
  static double error(float[][] rows, Settings settings) {
    float[] scales = settings.shared() ? normalize(rows) : null;
    float[] importance =
        settings.importance() == null ? ones(rows[0].length) : settings.importance();
    int count = 1 << settings.bits();
    Codebook common = settings.shared() ? Codebook.of(rows, importance, count) : null;
    double[] errors = new double[rows.length];
    IntStream.range(0, rows.length)
        .parallel()
        .forEach(
            r -> {
              Codebook book = common == null ? Codebook.of(rows[r], importance, count) : common;
              double scale = scales == null ? 1 : scales[r];
              for (int i = 0; i < rows[r].length; i++) {
                double error = scale * (rows[r][i] - book.levels()[book.nearest(rows[r][i])]);
                errors[r] += importance[i] * error * error;
              }
            });
    return Arrays.stream(errors).sum();
  }

  private static byte[] codes(float[] row, Codebook book, InverseFactor factor) {
    byte[] codes = new byte[row.length];
    for (int i = 0; i < row.length; i++) {
      int code = book.nearest(row[i]);
      codes[i] = (byte) code;
      if (factor != null) {
        factor.compensate(row, i, row[i] - book.levels()[code]);
      }
    }
    return codes;
  }

  /** Divides each row by its root mean square, as FP16 holds it, and gives these. */
  private static float[] normalize(float[][] rows) {
    float[] scales = new float[rows.length];
    for (int r = 0; r < rows.length; r++) {
      double sum = 0;
      for (float weight : rows[r]) {
        sum += (double) weight * weight;
      }
      float scale = (float) Math.sqrt(sum / rows[r].length);
      float stored = isHalf(scale) ? Float.float16ToFloat(Float.floatToFloat16(scale)) : scale;
      scales[r] = stored > 0 ? stored : 1;
      for (int i = 0; i < rows[r].length; i++) {
        rows[r][i] /= scales[r];
      }
    }
    return scales;
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static Tensor tensor(Codebook[] books, boolean shared, boolean half) {
    int count = books[0].levels().length;
    float[] values = new float[books.length * count];
    for (int b = 0; b < books.length; b++) {
      System.arraycopy(books[b].levels(), 0, values, b * count, count);
    }
    long[] shape = shared ? new long[] {count} : new long[] {books.length, count};
    return half(TensorData.ofFloats(values, shape), half);
  }

  private static Tensor scalesTensor(float[] scales) {
    boolean half = true;
    for (float scale : scales) {
      half &= isHalf(scale);
    }
    return half(TensorData.ofFloats(scales, scales.length, 1), half);
  }

  private static Tensor half(TensorData values, boolean half) {
    return Tensor.of(half ? values.toHalf() : values);
  }

  /** Whether FP16 holds a scale with full precision. */
  private static boolean isHalf(float scale) {
    return scale > 1e-3f && scale < 60_000;
  }
}
