package dev.modelfleet.compression.mixed;

import dev.modelfleet.artifact.FloatType;
import dev.modelfleet.artifact.Granularity;
import dev.modelfleet.artifact.LayerFormat;
import dev.modelfleet.artifact.QuantizationScheme;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.artifact.WeightFormat;
import dev.modelfleet.artifact.WeightRounding;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.quantize.BlockwiseQuantizer;
import dev.modelfleet.compression.quantize.DynamicQuantizer;
import dev.modelfleet.compression.quantize.NodeSelection;
import dev.modelfleet.compression.quantize.QuantizableLayers;
import dev.modelfleet.compression.quantize.StaticQuantizer;
import dev.modelfleet.compression.quantize.WeightOnlyQuantizer;
import dev.modelfleet.compression.transform.Transform;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which format each layer gets.
 *
 * @param step how layers are quantized to INT8: the scheme and its settings
 * @param formats by the name of the layer's output; layers that are not named stay FP32
 */
record FormatPlan(Step.Quantize step, Map<String, LayerFormat> formats) {

  /** Four bits that need no data; blocks of 32 keep most. */
  private static final Step.Quantize BLOCKS =
      new Step.Quantize(
          QuantizationScheme.WEIGHT_ONLY,
          Granularity.PER_BLOCK,
          null,
          null,
          List.of(),
          null,
          null,
          null,
          new WeightFormat(4, 32, false, WeightRounding.HQQ, null));

  FormatPlan {
    formats = Map.copyOf(formats);
  }

  /**
   * Edits a model in place.
   *
   * @throws dev.modelfleet.compression.StepNotApplicableException where a layer can't have its
   *     format
   */
  void apply(OnnxModel model, TransformContext context) {
    Set<String> tables =
        QuantizableLayers.of(model.graph(), Set.of("Gather")).stream()
            .map(node -> node.output(0))
            .collect(Collectors.toSet());
    Set<String> products = named(LayerFormat.INT8);
    NodeSelection integers = integers(model, products);
    Set<String> weights = new HashSet<>(named(LayerFormat.INT8_WEIGHTS));
    // A table is looked up, not multiplied with: only its weights can be integers.
    tables.stream().filter(products::contains).forEach(weights::add);
    products.removeAll(tables);
    for (FloatType type : FloatType.values()) {
      Set<String> halves =
          named(type == FloatType.FP16 ? LayerFormat.FP16_WEIGHTS : LayerFormat.BF16_WEIGHTS);
      run(new HalfWeights(type, NodeSelection.only(halves)), halves, model, context);
    }
    run(weightOnly(weights), weights, model, context);
    Set<String> blocks = named(LayerFormat.INT4_WEIGHTS);
    run(new BlockwiseQuantizer(BLOCKS, NodeSelection.only(blocks)), blocks, model, context);
    run(products(integers), products, model, context);
  }

  /**
   * The layers that are quantized, and what is no layer: additions and pools become integers only
   * between others that are, which costs less than going back and forth. Convolutions that are too
   * small to be layers follow where most layers are integers.
   */
  private static NodeSelection integers(OnnxModel model, Set<String> products) {
    Set<String> layers =
        QuantizableLayers.of(model.graph(), Set.of()).stream()
            .map(node -> node.output(0))
            .collect(Collectors.toSet());
    Set<String> small =
        model.graph().nodes().stream()
            .filter(node -> node.is("Conv"))
            .map(node -> node.output(0))
            .filter(output -> !layers.contains(output))
            .collect(Collectors.toSet());
    boolean most = 2 * products.size() > layers.size();
    return output ->
        products.contains(output)
            || (!layers.contains(output) && (most || !small.contains(output)));
  }

  private static void run(
      Transform transform, Set<String> layers, OnnxModel model, TransformContext context) {
    if (!layers.isEmpty()) {
      transform.apply(model, context);
    }
  }

  private Set<String> named(LayerFormat format) {
    return formats.entrySet().stream()
        .filter(layer -> layer.getValue() == format)
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(HashSet::new));
  }

  private Transform products(NodeSelection nodes) {
    return switch (step.scheme()) {
      case DYNAMIC -> new DynamicQuantizer(step, nodes);
      case STATIC -> new StaticQuantizer(step, nodes);
      case WEIGHT_ONLY ->
          step.granularity() == Granularity.PER_BLOCK
              ? new BlockwiseQuantizer(step, nodes)
              : new WeightOnlyQuantizer(step, nodes);
      case NON_UNIFORM ->
          throw new IllegalArgumentException("codebooks have a planner of their own");
    };
  }

  private Transform weightOnly(Set<String> layers) {
    Granularity granularity =
        step.granularity() == Granularity.PER_BLOCK ? Granularity.PER_CHANNEL : step.granularity();
    return new WeightOnlyQuantizer(
        new Step.Quantize(QuantizationScheme.WEIGHT_ONLY, granularity, null, null, List.of()),
        NodeSelection.only(layers));
  }

  /** How many layers have each format, for people. */
  String summary() {
    return formats.values().stream()
        .collect(Collectors.groupingBy(format -> format, TreeMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .map(count -> count.getValue() + " " + count.getKey())
        .collect(Collectors.joining(", "));
  }
}
