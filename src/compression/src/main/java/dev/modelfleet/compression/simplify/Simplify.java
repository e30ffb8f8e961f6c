package dev.modelfleet.compression.simplify;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.transform.ConstantNodes;
import dev.modelfleet.compression.transform.DeadCode;
import dev.modelfleet.compression.transform.Transform;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a graph smaller without changing what it computes beyond rounding: folds constants and
 * normalizations, removes what is dead, doubled or without effect. Bodies of control-flow nodes
 * stay as they are.
 */
public final class Simplify implements Transform {

  /** Each pass may enable another; graphs settle in two or three rounds. */
  private static final int MAX_ROUNDS = 8;

  @Override
  public String apply(OnnxModel model, TransformContext context) {
    Graph graph = model.graph();
    int nodesBefore = graph.nodes().size();
    Map<String, Integer> counts = new LinkedHashMap<>();
    int changes = 1;
    for (int round = 0; round < MAX_ROUNDS && changes > 0; round++) {
      changes = 0;
      changes += count(counts, "constants lifted", ConstantNodes.lift(graph));
      changes += count(counts, "folded to constants", ConstantFolding.fold(model));
      changes += count(counts, "without effect", NoEffect.remove(graph));
      changes += count(counts, "chains shortened", Chains.shorten(model));
      changes += count(counts, "folded into convolutions", ConvolutionFolding.fold(graph));
      changes += count(counts, "computed twice", CommonSubexpressions.merge(graph));
      changes += count(counts, "unused", DeadCode.remove(graph));
    }
    count(counts, "constants stored twice", SharedConstants.merge(graph));
    List<String> parts = new ArrayList<>();
    counts.forEach((what, number) -> parts.add(number + " " + what));
    return "%d nodes became %d%s"
        .formatted(
            nodesBefore,
            graph.nodes().size(),
            parts.isEmpty() ? "" : ": " + String.join(", ", parts));
  }

  private static int count(Map<String, Integer> counts, String what, int number) {
    if (number > 0) {
      counts.merge(what, number, Integer::sum);
    }
    return number;
  }
}
