package dev.modelfleet.compression.codebook;

import dev.modelfleet.artifact.Granularity;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.artifact.WeightRounding;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.prune.ConcreteShapes;
import dev.modelfleet.compression.prune.InputGrams;
import dev.modelfleet.compression.prune.Layer;
import dev.modelfleet.compression.quantize.InverseFactor;
import dev.modelfleet.compression.quantize.QuantizableLayers;
import dev.modelfleet.compression.report.Figures;
import dev.modelfleet.compression.transform.Canonical;
import dev.modelfleet.compression.transform.DeadCode;
import dev.modelfleet.compression.transform.Transform;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Stores weights as indices of 2 to 8 bits into codebooks: one for each output, or one that all
 * outputs of a layer share, each with a scale. Computation stays in FP32; what is stored is
 * standard ONNX operators of set 11. With calibration data levels are chosen for what inputs make
 * of errors, and the error of each weight is made good by those after it (as GPTQ does).
 */
public final class NonUniformQuantizer implements Transform {

  private static final Set<String> OPERATORS = Set.of("MatMul", "Gemm", "Conv", "Gather");

  /** What an operator takes in a file, apart from three names. */
  private static final int NODE_BYTES = 90;

  private final Step.Quantize step;

  /** A quantizer with a step's settings. */
  public NonUniformQuantizer(Step.Quantize step) {
    this.step = step;
  }

  @Override
  public String apply(OnnxModel model, TransformContext context) {
    Set<String> operators =
        step.operators().isEmpty() ? OPERATORS : new HashSet<>(step.operators());
    if (!OPERATORS.containsAll(operators)) {
      throw refused(
          "quantize.operators has %s: scheme NonUniform can quantize Conv, Gather, Gemm and MatMul"
              .formatted(step.operators()));
    }
    Canonical.prepare(model, 11);
    List<CodebookLayer> layers =
        CodebookLayer.of(model.graph(), QuantizableLayers.of(model.graph(), operators));
    Map<String, Integer> bits = bits(model, layers, context);
    if (bits.isEmpty()) {
      throw refused("no weights get smaller by codes of %s bits".formatted(step.weights().bits()));
    }
    Map<String, CodebookWeights> made = quantize(model, layers, bits, context);
    rewrite(model, layers, made);
    DeadCode.remove(model.graph());
    return describe(layers, bits);
  }

  /** Bits by the name of the weights; those that do not get smaller are left out. */
  private Map<String, Integer> bits(
      OnnxModel model, List<CodebookLayer> layers, TransformContext context) {
    if (step.mixedPrecision() != null) {
      return new BitAllocation(this, model, layers, context)
          .choose(step.mixedPrecision().maxBytes());
    }
    Map<String, Integer> bits = new LinkedHashMap<>();
    for (CodebookLayer layer : layers) {
      if (saved(model.graph(), layer, step.weights().bits()) > 0) {
        bits.put(layer.weights(), step.weights().bits());
      }
    }
    return bits;
  }

  boolean shared(CodebookLayer layer) {
    return layer.table() || step.granularity() == Granularity.PER_TENSOR;
  }

  /** Bytes that a file is smaller by. */
  long saved(Graph graph, CodebookLayer layer, int bits) {
    int rows = layer.outputs(graph);
    int columns = layer.inputs(graph);
    long bytes = CodebookWeights.bytes(rows, columns, bits, shared(layer));
    long nodes = (long) CodebookRewrite.nodes(bits) * (layer.table() ? layer.readers().size() : 1);
    return 4L * rows * columns - bytes - nodes * (3L * layer.weights().length() + NODE_BYTES);
  }

  /** Codes and codebooks by the name of the weights. */
  private Map<String, CodebookWeights> quantize(
      OnnxModel model,
      List<CodebookLayer> layers,
      Map<String, Integer> bits,
      TransformContext context) {
    Graph graph = model.graph();
    Map<String, CodebookWeights> made = new HashMap<>();
    if (step.weights().rounding() == WeightRounding.GPTQ) {
      compensated(model, layers, bits, context, made);
    }
    for (CodebookLayer layer : layers) {
      Integer width = bits.get(layer.weights());
      if (width != null && !made.containsKey(layer.weights())) {
        made.put(
            layer.weights(),
            CodebookWeights.of(
                layer.rows(graph), new CodebookWeights.Settings(width, shared(layer), null, null)));
      }
    }
    return made;
  }

  private void compensated(
      OnnxModel model,
      List<CodebookLayer> layers,
      Map<String, Integer> bits,
      TransformContext context,
      Map<String, CodebookWeights> made) {
    Map<String, CodebookLayer> byReader = new HashMap<>();
    for (CodebookLayer layer : layers) {
      if (bits.containsKey(layer.weights()) && !layer.table()) {
        byReader.put(layer.readers().getFirst().output(0), layer);
      }
    }
    ConcreteShapes shapes = ConcreteShapes.of(model, context.calibration());
    List<Layer> products =
        Layer.of(model.graph()).stream()
            .filter(layer -> byReader.containsKey(layer.output()))
            .filter(layer -> InputGrams.has(layer, shapes))
            .toList();
    new InputGrams(model, shapes, data(context), context.seed())
        .run(
            products,
            (readingSame, gram) -> {
              float[] importance = diagonal(gram);
              InverseFactor factor = InverseFactor.of(gram);
              for (Layer product : readingSame) {
                CodebookLayer layer = byReader.get(product.output());
                made.put(
                    layer.weights(),
                    CodebookWeights.of(
                        layer.rows(model.graph()),
                        new CodebookWeights.Settings(
                            bits.get(layer.weights()), shared(layer), importance, factor)));
              }
            });
  }

  static float[] diagonal(double[][] gram) {
    float[] diagonal = new float[gram.length];
    double sum = 0;
    for (int i = 0; i < diagonal.length; i++) {
      sum += gram[i][i];
    }
    for (int i = 0; i < diagonal.length; i++) {
      diagonal[i] = sum > 0 ? (float) (gram[i][i] * diagonal.length / sum) : 1;
    }
    return diagonal;
  }

  static Dataset data(TransformContext context) {
    return context
        .calibration()
        .orElseThrow(
            () ->
                refused(
                    "rounding GPTQ and mixedPrecision need calibration data: set"
                        + " spec.calibration.dataset"));
  }

  /** One layer alone, its weights rounded to nearest, in a copy of a model. */
  OnnxModel alone(OnnxModel model, CodebookLayer layer, int bits) {
    OnnxModel variant = model.copy();
    CodebookWeights weights =
        CodebookWeights.of(
            layer.rows(model.graph()),
            new CodebookWeights.Settings(bits, shared(layer), null, null));
    rewrite(variant, List.of(layer), Map.of(layer.weights(), weights));
    return variant;
  }

  private static void rewrite(
      OnnxModel model, List<CodebookLayer> layers, Map<String, CodebookWeights> made) {
    Map<String, CodebookLayer> byName = new HashMap<>();
    layers.forEach(layer -> byName.put(layer.weights(), layer));
    CodebookRewrite rewrite = new CodebookRewrite(model.graph());
    for (Node node : List.copyOf(model.graph().nodes())) {
      int index = QuantizableLayers.weightsInput(node);
      CodebookWeights weights = index < 0 ? null : made.get(node.input(index));
      CodebookLayer layer = weights == null ? null : byName.get(node.input(index));
      if (layer == null) {
        rewrite.keep(node);
      } else if (layer.table()) {
        rewrite.gather(node, weights);
      } else {
        rewrite.weights(node, index, weights, layer.byColumns());
      }
    }
    rewrite.finish();
  }

  private String describe(List<CodebookLayer> layers, Map<String, Integer> bits) {
    Map<Integer, Integer> counts = new TreeMap<>();
    bits.values().forEach(width -> counts.merge(width, 1, Integer::sum));
    StringBuilder text = new StringBuilder();
    counts.forEach(
        (width, count) -> text.append(text.isEmpty() ? "" : ", ").append(count + " in " + width));
    return "weights of %d of %d layers to codes (%s bits), %s, rounding %s; computation stays in FP32"
        .formatted(
            bits.size(),
            layers.size(),
            text,
            step.granularity() == Granularity.PER_TENSOR
                ? "a codebook for each layer"
                : "a codebook for each output",
            step.weights().rounding() == WeightRounding.GPTQ ? "by GPTQ" : "to nearest");
  }

  static StepNotApplicableException refused(String message) {
    return new StepNotApplicableException("quantize", message);
  }

  /** What a choice of bits is noted as in the report. */
  static String reason(int bits, double decibels) {
    return "%d bits: alone %s dB".formatted(bits, Figures.number(decibels));
  }
}
