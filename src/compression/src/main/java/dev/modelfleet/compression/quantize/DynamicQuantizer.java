package dev.modelfleet.compression.quantize;

import dev.modelfleet.artifact.ActivationType;
import dev.modelfleet.artifact.Granularity;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.transform.Canonical;
import dev.modelfleet.compression.transform.DeadCode;
import dev.modelfleet.compression.transform.Transform;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.List;
import java.util.Set;

/**
 * Stores the weights of MatMul and Gemm as 8-bit integers and quantizes their activations at run
 * time: DynamicQuantizeLinear, MatMulInteger, Cast, Mul, which ONNX Runtime fuses into one kernel.
 * Embedding tables (Gather) are stored as 8-bit integers too; only the rows read are expanded.
 * Convolutions are left as they are: their integer kernels with run-time scales are slower than
 * floating point.
 */
public final class DynamicQuantizer implements Transform {

  private static final Set<String> OPERATORS = Set.of("MatMul", "Gemm", "Gather");

  private final Step.Quantize step;
  private final NodeSelection nodes;

  /** A quantizer with a step's settings. */
  public DynamicQuantizer(Step.Quantize step) {
    this(step, NodeSelection.ALL);
  }

  /** As {@link #DynamicQuantizer(Step.Quantize)} for some nodes only. */
  public DynamicQuantizer(Step.Quantize step, NodeSelection nodes) {
    this.step = step;
    this.nodes = nodes;
  }

  @Override
  public String apply(OnnxModel model, TransformContext context) {
    OperatorChoice choice = OperatorChoice.of(step, OPERATORS, nodes);
    Canonical.prepare(model, 11);
    Graph graph = model.graph();
    int smoothed = step.smooths() ? smooth(model, choice, context) : 0;
    GraphEdit edit = new GraphEdit(graph);
    DynamicActivations activations = new DynamicActivations(edit);
    WeightStorage storage = WeightStorage.of(step, context.target(), ActivationType.UINT8);
    int matMuls = 0;
    int tables = 0;
    for (Node node : edit.originalNodes()) {
      Tensor weights = WeightSites.of(graph, node).orElse(null);
      if (weights == null || !choice.includes(node)) {
        edit.add(node);
      } else if (node.is("Gather")) {
        EmbeddingTable.replace(edit, node, weights);
        tables++;
      } else if (isPlainProduct(node)) {
        replaceProduct(edit, activations, storage, node, weights);
        matMuls++;
      } else {
        edit.add(node);
      }
    }
    if (matMuls + tables == 0) {
      throw new StepNotApplicableException(
          "quantize",
          "no %s with constant FP32 weights of at least %d elements: use scheme Static for"
                  .formatted(String.join(", ", choice.names()), WeightSites.MIN_ELEMENTS)
              + " convolutions");
    }
    edit.finish();
    DeadCode.remove(graph);
    return "%d matrix products to int8 with run-time activation scales, %d embedding tables to int8%s%s%s"
        .formatted(
            matMuls,
            tables,
            Smoothing.note(smoothed),
            storage.note(),
            matMuls == 0 ? "" : EngineProfile.of(context.target()).dynamicNote());
  }

  private static int smooth(OnnxModel model, OperatorChoice choice, TransformContext context) {
    return Smoothing.apply(
        model,
        choice,
        context
            .calibration()
            .orElseThrow(
                () ->
                    new StepNotApplicableException(
                        "quantize",
                        "quantize.smoothing needs calibration data: set spec.calibration.dataset")));
  }

  static boolean isPlainProduct(Node node) {
    return node.is("MatMul")
        || (node.is("Gemm")
            && node.integer("transA", 0) == 0
            && node.real("alpha", 1) == 1
            && node.real("beta", 1) == 1);
  }

  private void replaceProduct(
      GraphEdit edit,
      DynamicActivations activations,
      WeightStorage storage,
      Node node,
      Tensor weights) {
    boolean transposed = node.is("Gemm") && node.integer("transB", 0) == 1;
    Tensor matrix = transposed ? Matrices.transpose(weights) : weights;
    int axis = step.granularity() == Granularity.PER_CHANNEL ? 1 : Int8Weights.PER_TENSOR;
    String name = node.input(1) + (transposed ? "_transposed" : "");
    Node product = Node.of("MatMul", node.name(), node.inputs(), node.outputs());
    Int8Constant constant =
        edit.int8(name, axis, () -> storage.store(product, matrix, axis, new float[0]));
    DynamicActivations.Quantized input = activations.quantize(node.input(0));

    String output = node.output(0);
    boolean bias = node.is("Gemm") && !node.input(2).isEmpty();
    String scaled = bias ? edit.fresh(output + "_scaled") : output;
    String integers = edit.fresh(output + "_int32");
    String real = edit.fresh(output + "_float");
    String scales = edit.fresh(output + "_scales");
    edit.add(
        Node.of(
            "MatMulInteger",
            node.name() + "_quant",
            List.of(input.values(), constant.values(), input.zeroPoint(), constant.zeroPoint()),
            List.of(integers)));
    edit.add(
        Node.of("Cast", integers + "_cast", List.of(integers), List.of(real))
            .with("to", ElementType.FLOAT.code()));
    edit.add(
        Node.of(
            "Mul", scales + "_mul", List.of(input.scale(), constant.scales()), List.of(scales)));
    edit.add(Node.of("Mul", output + "_mul", List.of(real, scales), List.of(scaled)));
    if (bias) {
      edit.add(Node.of("Add", output + "_add", List.of(scaled, node.input(2)), List.of(output)));
    }
  }
}
