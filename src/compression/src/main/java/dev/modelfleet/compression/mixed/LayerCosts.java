package dev.modelfleet.compression.mixed;

import dev.modelfleet.artifact.LayerFormat;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.onnx.TensorShapeProto;
import dev.modelfleet.compression.onnx.TypeProto;
import dev.modelfleet.compression.onnx.ValueInfoProto;
import dev.modelfleet.compression.runtime.ModelInMemory;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.runtime.StoredModel;
import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.compression.transform.TransformContext;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How long each layer takes in each format: measured on this machine with the layer as a model of
 * its own, its input from a real sample. Layers of equal operators and shapes are measured once.
 * What integers cost at their borders is in a layer's figure, although neighbours may share it.
 */
final class LayerCosts {

  private static final int WARM_UP = 10;
  private static final int RUNS = 40;

  private final OnnxModel model;
  private final Step.Quantize step;
  private final TransformContext context;
  private final Map<String, TensorData> inputs;
  private final Map<String, Double> measured = new HashMap<>();

  LayerCosts(OnnxModel model, List<Node> layers, Step.Quantize step, TransformContext context) {
    this.model = model;
    this.step = step;
    this.context = context;
    this.inputs = inputs(model, layers, context.calibration().orElseThrow());
  }

  private static Map<String, TensorData> inputs(OnnxModel model, List<Node> layers, Dataset data) {
    Map<String, TensorData> values = new LinkedHashMap<>(data.sample(0, model.inputs()));
    Graph graph = model.graph().copy();
    graph.outputs().clear();
    layers.stream()
        .map(LayerCosts::activation)
        .distinct()
        .filter(value -> !values.containsKey(value) && !graph.constants().containsKey(value))
        .forEach(value -> graph.outputs().add(ValueInfoProto.newBuilder().setName(value).build()));
    if (!graph.outputs().isEmpty()) {
      try (ModelSession session =
          ModelInMemory.open(model.withGraph(graph), SessionOptions.cpu(0))) {
        session
            .run(data.sample(0, model.inputs()))
            .forEach((name, value) -> values.put(name, forTheEngine(value)));
      }
    }
    return values;
  }

  /** Results are on the heap; the engine takes inputs from outside it. */
  private static TensorData forTheEngine(TensorData value) {
    ByteBuffer bytes = value.data();
    ByteBuffer direct = TensorData.direct(bytes.remaining()).put(bytes).flip();
    return TensorData.of(value.type(), value.shape(), direct);
  }

  private static String activation(Node layer) {
    return layer.input(layer.is("Gather") ? 1 : 0);
  }

  /**
   * Median of one inference in milliseconds.
   *
   * @throws StepNotApplicableException where the layer can't have the format
   */
  double millis(Node layer, LayerFormat format) {
    TensorData input = inputs.get(activation(layer));
    if (input == null) {
      return 0;
    }
    return measured.computeIfAbsent(key(layer, input, format), k -> measure(layer, input, format));
  }

  private String key(Node layer, TensorData input, LayerFormat format) {
    StringBuilder key = new StringBuilder(layer.opType()).append(format).append(input);
    layer.attributes().values().forEach(key::append);
    for (String name : layer.inputs()) {
      Tensor constant = model.graph().constants().get(name);
      key.append(constant == null ? "-" : Arrays.toString(constant.shape()));
    }
    return key.toString();
  }

  private double measure(Node layer, TensorData input, LayerFormat format) {
    OnnxModel alone = model.withGraph(alone(layer, input));
    try (Dataset sample = Dataset.ofSample(activation(layer), input)) {
      TransformContext calibrated =
          new TransformContext(context.target(), Optional.of(sample), context.seed());
      new FormatPlan(step, Map.of(layer.output(0), format)).apply(alone, calibrated);
    }
    Map<String, TensorData> values = Map.of(activation(layer), input);
    long[] nanos = new long[RUNS];
    // From a file, as it is served: weights in memory are not put in the order that is fastest.
    try (StoredModel stored = StoredModel.of(alone);
        ModelSession session = ModelSession.open(stored.file(), SessionOptions.cpu(0))) {
      for (int i = -WARM_UP; i < RUNS; i++) {
        long start = System.nanoTime();
        session.run(values);
        if (i >= 0) {
          nanos[i] = System.nanoTime() - start;
        }
      }
    }
    Arrays.sort(nanos);
    return nanos[RUNS / 2] / 1e6;
  }

  private Graph alone(Node layer, TensorData input) {
    Graph graph = Graph.named(layer.output(0));
    graph.nodes().add(layer.copy());
    for (String name : layer.inputs()) {
      Tensor constant = model.graph().constants().get(name);
      if (constant != null) {
        graph.constants().put(name, constant);
      }
    }
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long dimension : input.shape()) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dimension));
    }
    TypeProto.Tensor.Builder type =
        TypeProto.Tensor.newBuilder().setElemType(input.type().code()).setShape(shape);
    graph
        .inputs()
        .add(
            ValueInfoProto.newBuilder()
                .setName(activation(layer))
                .setType(TypeProto.newBuilder().setTensorType(type))
                .build());
    graph.outputs().add(ValueInfoProto.newBuilder().setName(layer.output(0)).build());
    return graph;
  }
}
