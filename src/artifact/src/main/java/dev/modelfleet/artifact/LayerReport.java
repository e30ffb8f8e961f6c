package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What became of one layer: an operator with constant weights. Layers that share weights each count
 * them, so that sums over layers can exceed the model's size.
 *
 * @param name of the layer's output in the original
 * @param operator ONNX operator of the original: {@code MatMul}
 * @param sizeBefore bytes of its constants in the original
 * @param sizeAfter bytes of its constants in the variant, with scales and zero points
 * @param precision type of the weights in the variant: {@code FP32}, {@code INT8}, …
 * @param bits bits that the variant stores for each weight of the original, scales included
 * @param sqnr signal to quantization noise of the layer's output in the variant, errors of earlier
 *     layers included, in decibels; null where it was not measured, or nothing differs
 * @param sparsity share of the variant's weights that are zero; null where it was not counted
 * @param reason why a planner chose the precision; null where no planner did
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LayerReport(
    String name,
    String operator,
    long sizeBefore,
    long sizeAfter,
    String precision,
    double bits,
    Double sqnr,
    Double sparsity,
    String reason) {

  /** The same with the reason of the planner's choice. */
  public LayerReport because(String why) {
    return new LayerReport(
        name, operator, sizeBefore, sizeAfter, precision, bits, sqnr, sparsity, why);
  }
}
