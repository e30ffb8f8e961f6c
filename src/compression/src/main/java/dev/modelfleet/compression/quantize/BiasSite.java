package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import dev.modelfleet.compression.tensor.ElementType;
import java.util.Optional;

/**
 * Where a product with constant weights takes a constant that is added to each output channel.
 *
 * @param reader the product itself, or the Add behind a MatMul
 * @param input which input of the reader it is; may as yet be left out
 * @param channels its size
 */
record BiasSite(Node reader, int input, int channels) {

  /** The site of a product; none for a MatMul without an Add, where it would cost a node. */
  static Optional<BiasSite> of(Graph graph, Uses uses, Node product) {
    int channels =
        (int) graph.constants().get(product.input(1)).dimension(WeightSites.channelAxis(product));
    if (!product.is("MatMul")) {
      return Optional.of(new BiasSite(product, 2, channels));
    }
    return uses.onlyConsumer(product.output(0))
        .filter(next -> next.is("Add"))
        .flatMap(
            add -> {
              int other = add.input(0).equals(product.output(0)) ? 1 : 0;
              Tensor bias = graph.constants().get(add.input(other));
              boolean fits =
                  bias != null
                      && bias.type() == ElementType.FLOAT
                      && bias.rank() == 1
                      && bias.size() == channels;
              return fits ? Optional.of(new BiasSite(add, other, channels)) : Optional.empty();
            });
  }

  /** Adds to the bias of this product alone, whoever else reads the same constant. */
  void add(Graph graph, float[] change) {
    String name = reader.input(input);
    float[] values = name.isEmpty() ? new float[channels] : graph.constants().get(name).floats();
    for (int c = 0; c < values.length; c++) {
      values[c] += change[c];
    }
    String wish = (name.isEmpty() ? reader.output(0) + "_bias" : name) + "_corrected";
    String fresh = name.endsWith("_corrected") ? name : graph.names().fresh(wish);
    graph.constants().put(fresh, Tensor.ofFloats(values, channels));
    while (reader.inputs().size() <= input) {
      reader.inputs().add("");
    }
    reader.inputs().set(input, fresh);
  }
}
