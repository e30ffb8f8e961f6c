package dev.modelfleet.compression.prune;

import dev.modelfleet.artifact.Importance;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.simplify.Simplify;
import dev.modelfleet.compression.transform.Transform;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * Removes whole channels, attention heads and hidden units with everything that belongs to them, so
 * that what is left is a smaller dense model for any engine.
 */
public final class ChannelPruner implements Transform {

  private final Step.Prune step;

  /** A pruner with a step's settings. */
  public ChannelPruner(Step.Prune step) {
    this.step = step;
  }

  @Override
  public String apply(OnnxModel model, TransformContext context) {
    Dataset data = requireData(context);
    new Simplify().apply(model, context);
    ConstantOwners.separate(model.graph());
    ConcreteShapes shapes = ConcreteShapes.of(model, context.calibration());
    ChannelGraph channels = ChannelGraph.of(model.graph(), shapes);
    List<ChannelGroup> groups = ChannelGroups.of(channels);
    if (groups.isEmpty()) {
      throw new StepNotApplicableException(
          "prune",
          "no channel can be removed: every one reaches an output or an operator that needs all");
    }
    Map<Integer, Double> scores =
        ChannelScores.of(step.importance(), model, channels, groups, data);
    ModelCost cost = new ModelCost(channels);
    if (step.importance() == Importance.ACTIVATION) {
      ChannelScores.dividePerSaving(scores, groups, costOf(cost));
    }
    BitSet removed = choose(new ChannelChoice(groups, scores, step.alignment()), costOf(cost));
    OnnxModel original = model.copy();
    Set<String> changed = changed(channels, removed);
    Map<String, int[]> kept = kept(channels, removed);
    ChannelRemoval.apply(channels, removed, model.opset());
    int repaired =
        step.repairs()
            ? new Repair(original, model, shapes, l -> kept.get(l.weights()), data, context.seed())
                .run(changed)
            : 0;
    return "%d of %d groups of channels removed: parameters %s, FLOPs %s, %d layers repaired"
        .formatted(
            removed.cardinality(),
            groups.size(),
            Amount.change(cost.parameters(new BitSet()), cost.parameters(removed)),
            Amount.change(cost.flops(new BitSet()), cost.flops(removed)),
            repaired);
  }

  private Dataset requireData(TransformContext context) {
    boolean needed = step.needsCalibration();
    if (needed && context.calibration().isEmpty()) {
      throw new StepNotApplicableException(
          "prune",
          "importance Activation and repair need calibration data: set spec.calibration.dataset, or"
              + " importance: L2 and repair: false");
    }
    return context.calibration().orElse(null);
  }

  /** What the step wants less of. */
  private ToLongFunction<BitSet> costOf(ModelCost cost) {
    return step.flopsReduction() == null ? cost::parameters : cost::flops;
  }

  private BitSet choose(ChannelChoice choice, ToLongFunction<BitSet> cost) {
    boolean byFlops = step.flopsReduction() != null;
    double share = byFlops ? step.flopsShare() : step.share();
    long all = cost.applyAsLong(new BitSet());
    long limit = (long) (all * (1 - share));
    BitSet removed = choice.choose(cost, limit);
    long left = cost.applyAsLong(removed);
    if (left > limit) {
      throw new StepNotApplicableException(
          "prune",
          "%s is %s, but at most %.1f%% can be removed without cutting a layer off: lower it"
              .formatted(
                  byFlops ? "prune.flopsReduction" : "prune.ratio",
                  byFlops ? step.flopsReduction() : step.ratio(),
                  100.0 * (all - left) / all));
    }
    return removed;
  }

  private static Set<String> changed(ChannelGraph channels, BitSet removed) {
    Set<String> changed = new HashSet<>();
    for (String name : channels.graph().constants().keySet()) {
      boolean touched =
          Arrays.stream(channels.roots(name)).flatMapToInt(Arrays::stream).anyMatch(removed::get);
      if (touched) {
        changed.add(name);
      }
    }
    return changed;
  }

  private static Map<String, int[]> kept(ChannelGraph channels, BitSet removed) {
    Map<String, int[]> kept = new HashMap<>();
    for (Layer layer : Layer.of(channels.graph())) {
      int[] roots = channels.roots(layer.weights())[layer.outAxis()];
      kept.put(
          layer.weights(),
          IntStream.range(0, roots.length).filter(i -> !removed.get(roots[i])).toArray());
    }
    return kept;
  }
}
