package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Uses;
import dev.modelfleet.compression.runtime.ModelInMemory;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.tensor.TensorData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Fits the weights of a pruned graph to what the original computes, layer after layer, from forward
 * runs alone: {@code W = Y Xᵀ (X Xᵀ + λ I)⁻¹} with X what the layer reads in the pruned graph,
 * whose earlier layers are fitted already, and Y what the original gave (He et al. 2017; Luo et al.
 * 2017). Where the layer's result is added to a shortcut, Y is the original's sum less the pruned
 * shortcut, so that the layer makes up for what went wrong before.
 */
public final class Repair {

  private final OnnxModel original;
  private final OnnxModel pruned;
  private final ConcreteShapes shapes;
  private final Function<Layer, int[]> keptOutputs;
  private final Dataset data;
  private final long seed;
  private final Map<String, Node> originals = new HashMap<>();
  private final Map<String, Node> producers = new HashMap<>();
  private final Set<String> done = new HashSet<>();

  /**
   * Prepares.
   *
   * @param original with values of the same names as the pruned one
   * @param shapes of the original
   * @param keptOutputs which output channels of the original a layer of the pruned graph still has
   */
  public Repair(
      OnnxModel original,
      OnnxModel pruned,
      ConcreteShapes shapes,
      Function<Layer, int[]> keptOutputs,
      Dataset data,
      long seed) {
    this.original = original;
    this.pruned = pruned;
    this.shapes = shapes;
    this.keptOutputs = keptOutputs;
    this.data = data;
    this.seed = seed;
    original.graph().nodes().forEach(node -> node.outputs().forEach(o -> originals.put(o, node)));
    pruned.graph().nodes().forEach(node -> node.outputs().forEach(o -> producers.put(o, node)));
  }

  /**
   * Fits all layers that read what has changed.
   *
   * @param changed names of constants and values that differ from the original's
   * @return number of layers fitted
   */
  public int run(Set<String> changed) {
    Set<String> all = withDependents(changed);
    Map<String, List<Layer>> stages = new LinkedHashMap<>();
    for (Layer layer : Layer.of(pruned.graph())) {
      if (all.contains(layer.input()) && originals.containsKey(layer.output())) {
        stages.computeIfAbsent(layer.input(), k -> new ArrayList<>()).add(layer);
      } else {
        done.add(layer.output());
      }
    }
    int fitted = 0;
    for (List<Layer> stage : stages.values()) {
      fitted += fit(stage);
      stage.forEach(layer -> done.add(layer.output()));
    }
    return fitted;
  }

  private Set<String> withDependents(Set<String> changed) {
    Set<String> all = new HashSet<>(changed);
    for (Node node : pruned.graph().nodes()) {
      if (node.inputs().stream().anyMatch(all::contains)) {
        all.addAll(node.outputs());
      }
    }
    return all;
  }

  /** Layers that read the same value are fitted together. */
  private int fit(List<Layer> stage) {
    List<RepairSite> sites = sites(stage);
    if (sites.isEmpty()) {
      return 0;
    }
    Set<String> prunedTaps = new LinkedHashSet<>();
    Set<String> originalTaps = new LinkedHashSet<>();
    for (RepairSite site : sites) {
      prunedTaps.add(site.layer().input());
      originalTaps.add(site.target());
      Optional.ofNullable(site.shortcut()).ifPresent(prunedTaps::add);
    }
    List<LayerFit> fits = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(seed + done.size());
    int samples = data.samples(original.inputs());
    try (ModelSession from = open(original, originalTaps);
        ModelSession to = open(pruned, prunedTaps)) {
      for (int i = 0; i < samples; i++) {
        Map<String, TensorData> inputs = data.sample(i, original.inputs());
        Map<String, TensorData> wanted = from.run(inputs);
        Map<String, TensorData> given = to.run(inputs);
        if (fits.isEmpty()) {
          sites.forEach(site -> fits.add(begin(site, given, samples)));
        }
        fits.forEach(fit -> fit.add(given, wanted.get(fit.site().target()), random));
      }
    }
    fits.forEach(fit -> fit.finish(pruned.graph(), producers));
    return fits.size();
  }

  private LayerFit begin(RepairSite site, Map<String, TensorData> given, int samples) {
    return new LayerFit(
        site,
        pruned.graph().constants().get(site.layer().weights()),
        given.get(site.layer().input()).shape(),
        keptOutputs.apply(site.layer()),
        samples);
  }

  private List<RepairSite> sites(List<Layer> stage) {
    Graph graph = original.graph();
    Uses uses = new Uses(graph);
    List<RepairSite> sites = new ArrayList<>();
    for (Layer layer : stage) {
      Optional<RepairSite> site =
          RepairSite.of(
              graph,
              uses,
              shapes,
              new Layer(originals.get(layer.output()), layer.outAxis(), layer.inAxis()));
      site.map(s -> s.on(layer))
          .map(s -> isSettled(s.shortcut()) ? s : s.alone())
          .ifPresent(sites::add);
    }
    return sites;
  }

  /** Whether everything that a value depends on is fitted already. */
  private boolean isSettled(String value) {
    if (value == null) {
      return true;
    }
    Set<String> seen = new HashSet<>();
    List<String> open = new ArrayList<>(List.of(value));
    while (!open.isEmpty()) {
      Node node = producers.get(open.removeLast());
      if (node != null && seen.add(node.output(0))) {
        if (Layer.of(pruned.graph(), node).isPresent() && !done.contains(node.output(0))) {
          return false;
        }
        open.addAll(node.inputs());
      }
    }
    return true;
  }

  private static ModelSession open(OnnxModel model, Set<String> taps) {
    Set<String> computed = new LinkedHashSet<>(taps);
    return ModelInMemory.open(
        model.withGraph(ChannelMoments.withOutputs(model.graph(), computed)),
        SessionOptions.cpu(0));
  }
}
