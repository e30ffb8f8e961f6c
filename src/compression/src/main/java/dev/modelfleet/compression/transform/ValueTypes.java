package dev.modelfleet.compression.transform;

import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.onnx.TensorShapeProto;
import dev.modelfleet.compression.onnx.TypeProto;
import dev.modelfleet.compression.onnx.ValueInfoProto;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.tensor.ElementType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Type and shape of every value of a graph, as ONNX Runtime infers them when it loads the graph.
 * The weights are left out of what it loads, so this is quick for models of any size.
 */
public final class ValueTypes {

  /** Small constants are kept: they may be shapes and axes, which decide the shapes of others. */
  private static final long MAX_KEPT_ELEMENTS = 1024;

  private final Map<String, VariantManifest.Tensor> types = new HashMap<>();
  private final Set<String> scalars = new HashSet<>();

  private ValueTypes() {}

  /**
   * Infers.
   *
   * @throws dev.modelfleet.compression.CompressionException with INVALID_MODEL where ONNX Runtime
   *     refuses the graph
   */
  public static ValueTypes infer(OnnxModel model) {
    Graph graph = model.graph().copy();
    graph.constants().entrySet().removeIf(constant -> becomesInput(graph, constant));
    Set<String> named = graph.outputNames();
    for (Node node : graph.nodes()) {
      for (String output : node.outputs()) {
        if (!output.isEmpty() && named.add(output)) {
          graph.outputs().add(ValueInfoProto.newBuilder().setName(output).build());
        }
      }
    }
    ValueTypes result = new ValueTypes();
    SessionOptions options = new SessionOptions(1, "CPU", SessionOptions.Optimization.NONE, false);
    try (ModelSession session = ModelSession.open(model.withGraph(graph).toBytes(), options)) {
      session.inputs().forEach(tensor -> result.types.put(tensor.name(), tensor));
      session.outputs().forEach(tensor -> result.types.put(tensor.name(), tensor));
    }
    model.graph().constants().forEach(result::put);
    return result;
  }

  private static boolean becomesInput(Graph graph, Map.Entry<String, Tensor> constant) {
    Tensor tensor = constant.getValue();
    if (tensor.size() <= MAX_KEPT_ELEMENTS) {
      return false;
    }
    graph.inputs().add(valueInfo(constant.getKey(), tensor.type(), tensor.shape()));
    return true;
  }

  /** Declares a value of a known shape. */
  public static ValueInfoProto valueInfo(String name, ElementType type, long... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (long dimension : shape) {
      dimensions.addDimBuilder().setDimValue(dimension);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.code()).setShape(dimensions)))
        .build();
  }

  private void put(String name, Tensor tensor) {
    List<Long> shape = Arrays.stream(tensor.shape()).boxed().toList();
    if (shape.isEmpty()) {
      scalars.add(name);
    }
    types.put(name, new VariantManifest.Tensor(name, tensor.type().datatype(), shape));
  }

  /** Element type of a value, where it is a tensor that was inferred. */
  public Optional<ElementType> type(String value) {
    return Optional.ofNullable(types.get(value)).map(t -> ElementType.ofDatatype(t.datatype()));
  }

  /** Whether a value is known to be FP32. */
  public boolean isFloat(String value) {
    return type(value).filter(type -> type == ElementType.FLOAT).isPresent();
  }

  /**
   * Shape of a value with −1 for an unknown dimension; none where not even the rank is known. The
   * engine does not tell a scalar from a value of unknown rank: only constants are known scalars.
   */
  public Optional<List<Long>> shape(String value) {
    return Optional.ofNullable(types.get(value))
        .map(VariantManifest.Tensor::shape)
        .filter(shape -> !shape.isEmpty() || scalars.contains(value));
  }
}
