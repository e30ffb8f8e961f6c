package dev.modelfleet.compression.codebook;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.quantize.QuantizableLayers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The weights of a graph that codes can stand for, each once, however many nodes read them.
 *
 * @param weights name of the constant
 * @param byColumns whether an output's weights are a column of the matrix
 * @param table whether it is an embedding table, whose rows are read
 * @param readers nodes that read it
 */
record CodebookLayer(String weights, boolean byColumns, boolean table, List<Node> readers) {

  /**
   * Weights in the order of the graph; those that are read as both a table and a factor, or both by
   * rows and by columns, are left out.
   */
  static List<CodebookLayer> of(Graph graph, List<Node> nodes) {
    Map<String, CodebookLayer> found = new LinkedHashMap<>();
    Map<String, Boolean> mixed = new LinkedHashMap<>();
    for (Node node : nodes) {
      String name = node.input(QuantizableLayers.weightsInput(node));
      boolean columns =
          !node.is("Gather") && !node.is("Conv") && QuantizableLayers.channelAxis(node) == 1;
      CodebookLayer layer =
          found.computeIfAbsent(
              name, key -> new CodebookLayer(name, columns, node.is("Gather"), new ArrayList<>()));
      if (layer.byColumns != columns || layer.table != node.is("Gather")) {
        mixed.put(name, true);
      }
      layer.readers.add(node);
    }
    found.keySet().removeAll(mixed.keySet());
    return List.copyOf(found.values());
  }

  /** The weights, those of an output in a row. */
  float[][] rows(Graph graph) {
    Tensor tensor = graph.constants().get(weights);
    int outputs = outputs(graph);
    int inputs = (int) (tensor.size() / outputs);
    float[] values = byColumns ? tensor.floats() : null;
    float[][] rows = new float[outputs][inputs];
    for (int o = 0; o < outputs; o++) {
      if (!byColumns) {
        tensor.copyFloats((long) o * inputs, rows[o]);
        continue;
      }
      for (int i = 0; i < inputs; i++) {
        rows[o][i] = values[i * outputs + o];
      }
    }
    return rows;
  }

  int outputs(Graph graph) {
    return (int) graph.constants().get(weights).dimension(byColumns ? 1 : 0);
  }

  int inputs(Graph graph) {
    return (int) (graph.constants().get(weights).size() / outputs(graph));
  }

  /** Name of the layer in reports: the output of the first node that reads the weights. */
  String name() {
    return readers.getFirst().output(0);
  }
}
