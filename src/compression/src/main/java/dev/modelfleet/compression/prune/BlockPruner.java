package dev.modelfleet.compression.prune;

import dev.modelfleet.artifact.Step;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.runtime.ModelInMemory;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.runtime.Similarity;
import dev.modelfleet.compression.simplify.Simplify;
import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.compression.transform.DeadCode;
import dev.modelfleet.compression.transform.Transform;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * Removes whole residual blocks: those first whose output is most like their input, by mean cosine
 * over the calibration data (as ShortGPT, Men et al. 2024), for what their removal saves.
 */
public final class BlockPruner implements Transform {

  private final Step.Prune step;

  /** A pruner with a step's settings. */
  public BlockPruner(Step.Prune step) {
    this.step = step;
  }

  /** A block with how much its output differs from its input. */
  private record Measured(ResidualBlock block, double change, long saving) {

    double changePerSaving() {
      return change / Math.max(1, saving);
    }
  }

  @Override
  public String apply(OnnxModel model, TransformContext context) {
    Dataset data =
        context
            .calibration()
            .orElseThrow(
                () ->
                    new StepNotApplicableException(
                        "prune",
                        "method Layer needs calibration data: set spec.calibration.dataset"));
    new Simplify().apply(model, context);
    ConcreteShapes shapes = ConcreteShapes.of(model, context.calibration());
    List<ResidualBlock> blocks = ResidualBlock.of(model.graph(), shapes);
    ToLongFunction<Graph> cost =
        step.flopsReduction() == null ? GraphCost::parameters : g -> GraphCost.flops(g, shapes);
    OnnxModel original = model.copy();
    List<Measured> removed = remove(model, measure(model, blocks, data, cost), cost);
    Set<String> changed = new HashSet<>();
    removed.forEach(measured -> changed.add(measured.block.output()));
    int repaired = step.repairs() ? repair(original, model, shapes, data, context, changed) : 0;
    new Simplify().apply(model, context);
    List<String> names =
        removed.stream()
            .map(m -> "%s (cosine %.3f)".formatted(m.block.output(), 1 - m.change))
            .toList();
    return "%d of %d residual blocks removed: %s; parameters %s, FLOPs %s, %d layers repaired"
        .formatted(
            removed.size(),
            blocks.size(),
            String.join(", ", names),
            Amount.change(
                GraphCost.parameters(original.graph()), GraphCost.parameters(model.graph())),
            Amount.change(
                GraphCost.flops(original.graph(), shapes), GraphCost.flops(model.graph(), shapes)),
            repaired);
  }

  private static int repair(
      OnnxModel original,
      OnnxModel model,
      ConcreteShapes shapes,
      Dataset data,
      TransformContext context,
      Set<String> changed) {
    return new Repair(
            original,
            model,
            shapes,
            layer -> IntStream.range(0, outputs(model, layer)).toArray(),
            data,
            context.seed())
        .run(changed);
  }

  private static int outputs(OnnxModel model, Layer layer) {
    return (int) model.graph().constants().get(layer.weights()).dimension(layer.outAxis());
  }

  private static List<Measured> measure(
      OnnxModel model, List<ResidualBlock> blocks, Dataset data, ToLongFunction<Graph> cost) {
    Map<String, Double> cosines = cosines(model, blocks, data);
    long all = cost.applyAsLong(model.graph());
    List<Measured> measured = new ArrayList<>();
    for (ResidualBlock block : blocks) {
      Graph without = model.graph().copy();
      bypass(without, block);
      double change = Math.max(0, 1 - cosines.get(block.output()));
      measured.add(new Measured(block, change, all - cost.applyAsLong(without)));
    }
    measured.sort(Comparator.comparingDouble(Measured::changePerSaving));
    return measured;
  }

  private static Map<String, Double> cosines(
      OnnxModel model, List<ResidualBlock> blocks, Dataset data) {
    Set<String> taps = new LinkedHashSet<>();
    blocks.forEach(block -> taps.addAll(List.of(block.input(), block.output())));
    Map<String, Double> means = new LinkedHashMap<>();
    if (blocks.isEmpty()) {
      return means;
    }
    OnnxModel tapped = model.withGraph(ChannelMoments.withOutputs(model.graph(), taps));
    int samples = data.samples(model.inputs());
    try (ModelSession session = ModelInMemory.open(tapped, SessionOptions.cpu(0))) {
      for (int i = 0; i < samples; i++) {
        Map<String, TensorData> values = session.run(data.sample(i, model.inputs()));
        for (ResidualBlock block : blocks) {
          double cosine =
              Similarity.cosine(
                  values.get(block.input()).toFloats(), values.get(block.output()).toFloats());
          means.merge(block.output(), cosine / samples, Double::sum);
        }
      }
    }
    return means;
  }

  private List<Measured> remove(
      OnnxModel model, List<Measured> measured, ToLongFunction<Graph> cost) {
    double share = step.flopsReduction() == null ? step.share() : step.flopsShare();
    long all = cost.applyAsLong(model.graph());
    long limit = (long) (all * (1 - share));
    List<Measured> removed = new ArrayList<>();
    for (Measured next : measured) {
      if (cost.applyAsLong(model.graph()) <= limit) {
        return removed;
      }
      if (next.saving > 0) {
        bypass(model.graph(), next.block);
        removed.add(next);
      }
    }
    long left = cost.applyAsLong(model.graph());
    if (left > limit) {
      throw new StepNotApplicableException(
          "prune",
          "%s is %s, but all %d residual blocks together are %.1f%%: lower it or use method: Channel"
              .formatted(
                  step.flopsReduction() == null ? "prune.ratio" : "prune.flopsReduction",
                  step.flopsReduction() == null ? step.ratio() : step.flopsReduction(),
                  measured.size(),
                  100.0 * (all - left) / all));
    }
    return removed;
  }

  /** The sum keeps its name, so that what reads it can still be compared with the original. */
  private static void bypass(Graph graph, ResidualBlock block) {
    graph
        .nodes()
        .replaceAll(
            node ->
                node.output(0).equals(block.output())
                    ? Node.of(
                        "Identity",
                        block.sum().name(),
                        List.of(block.input()),
                        List.of(block.output()))
                    : node);
    DeadCode.remove(graph);
  }
}
