package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import java.util.List;

/**
 * An embedding table as 8-bit integers with one scale a row: the rows that are read and their
 * scales are gathered, then multiplied. One scale for the whole table, as others use, lets one
 * outlier row take the precision of all; a scale a row costs four bytes a row.
 */
final class EmbeddingTable {

  private EmbeddingTable() {}

  /** Replaces a Gather from a FLOAT table of two axes. */
  static void replace(GraphEdit edit, Node gather, Tensor table) {
    String name = gather.input(0);
    String indices = gather.input(1);
    String output = gather.output(0);
    Int8Constant rows = edit.int8(name, 0, () -> withColumnScales(Int8Weights.of(table, 0)));
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
    edit.add(Node.of("Mul", output + "_mul", List.of(real, scale), List.of(output)));
  }

  /** Scales as a column, so that gathered ones multiply the rows they belong to. */
  private static Int8Weights withColumnScales(Int8Weights weights) {
    return new Int8Weights(
        weights.values(), weights.scales().reshaped(weights.scales().size(), 1), weights.axis());
  }
}
