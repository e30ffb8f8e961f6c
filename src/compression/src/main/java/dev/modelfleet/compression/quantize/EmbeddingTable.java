package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import java.util.List;

/**
 * An embedding table as 8-bit integers with one scale a row: the rows that are read and their
 * scales are gathered, then multiplied. One scale for the whole table, as others use, lets one
 * outlier row take the precision of all; a scale a row costs two bytes a row. Scales are rounded up
 * to FP16 before the rows are quantized by them, so that the rounding itself loses nothing.
 */
final class EmbeddingTable {

  /** The smallest normal FP16 number; those below have fewer digits. */
  private static final float MIN_HALF = 0x1p-14f;

  private static final float MAX_HALF = 65504;

  private EmbeddingTable() {}

  /** Replaces a Gather from a FLOAT table of two axes. */
  static void replace(GraphEdit edit, Node gather, Tensor table) {
    String name = gather.input(0);
    String indices = gather.input(1);
    String output = gather.output(0);
    Int8Constant rows = edit.int8(name, 0, () -> quantized(table));
    String values = edit.fresh(output + "_int8");
    String real = edit.fresh(output + "_float");
    String scale = edit.fresh(output + "_scale");
    edit.add(
        Node.of(
                "Gather",
                gather.name() + "_quant",
                List.of(rows.values(), indices),
                List.of(values))
            .with("axis", 0));
    edit.add(
        Node.of("Cast", values + "_cast", List.of(values), List.of(real))
            .with("to", ElementType.FLOAT.code()));
    edit.add(
        Node.of("Gather", scale + "_gather", List.of(rows.scales(), indices), List.of(scale))
            .with("axis", 0));
    String wide = scale;
    if (edit.typeOf(rows.scales()) == ElementType.FLOAT16) {
      wide = edit.fresh(scale + "_float");
      edit.add(
          Node.of("Cast", wide, List.of(scale), List.of(wide))
              .with("to", ElementType.FLOAT.code()));
    }
    edit.add(Node.of("Mul", output + "_mul", List.of(real, wide), List.of(output)));
  }

  private static Int8Weights quantized(Tensor table) {
    float[] scales = Int8Weights.scales(table, 0);
    for (int row = 0; row < scales.length; row++) {
      if (scales[row] < MIN_HALF || scales[row] > MAX_HALF) {
        return withColumnScales(Int8Weights.of(table, 0));
      }
      scales[row] = roundedUp(scales[row]);
    }
    Int8Weights weights = Int8Weights.of(table, 0, scales);
    Tensor halves = Tensor.of(weights.scales().asTensorData().toHalf());
    return withColumnScales(new Int8Weights(weights.values(), halves, 0));
  }

  /** The smallest FP16 number that is not below a positive one. */
  static float roundedUp(float value) {
    short half = Float.floatToFloat16(value);
    float rounded = Float.float16ToFloat(half);
    return rounded < value ? Float.float16ToFloat((short) (half + 1)) : rounded;
  }

  /** Scales as a column, so that gathered ones multiply the rows they belong to. */
  private static Int8Weights withColumnScales(Int8Weights weights) {
    return new Int8Weights(
        weights.values(), weights.scales().reshaped(weights.scales().size(), 1), weights.axis());
  }
}
