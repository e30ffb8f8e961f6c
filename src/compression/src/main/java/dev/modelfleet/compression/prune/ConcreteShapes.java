package dev.modelfleet.compression.prune;

import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.onnx.ValueInfoProto;
import dev.modelfleet.compression.runtime.ModelInMemory;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The shape that every value of a graph has when one sample runs through it. Unlike inferred shapes
 * these are complete, also behind shapes that are computed at run time.
 */
public final class ConcreteShapes {

  /** What an unknown dimension is where there is no sample. */
  private static final long ASSUMED = 2;

  private final Map<String, long[]> shapes = new LinkedHashMap<>();

  private ConcreteShapes() {}

  /**
   * Runs one sample.
   *
   * @param data whose first sample runs; zeros where empty
   */
  public static ConcreteShapes of(OnnxModel model, Optional<Dataset> data) {
    Graph graph = model.graph().copy();
    NameSource names = graph.names();
    graph.outputs().clear();
    Map<String, String> taps = new LinkedHashMap<>();
    for (Node node : List.copyOf(graph.nodes())) {
      for (String output : node.outputs()) {
        if (!output.isEmpty()) {
          String shape = names.fresh(output + "_shape");
          taps.put(output, shape);
          graph.nodes().add(Node.of("Shape", shape, List.of(output), List.of(shape)));
          graph.outputs().add(ValueInfoProto.newBuilder().setName(shape).build());
        }
      }
    }
    Map<String, TensorData> sample =
        data.map(d -> d.sample(0, model.inputs())).orElseGet(() -> zeros(model.inputs()));
    ConcreteShapes result = new ConcreteShapes();
    SessionOptions options = new SessionOptions(1, "CPU", SessionOptions.Optimization.NONE, false);
    try (ModelSession session = ModelInMemory.open(model.withGraph(graph), options)) {
      Map<String, TensorData> found = session.run(sample);
      taps.forEach((value, tap) -> result.shapes.put(value, found.get(tap).toLongs()));
    }
    sample.forEach((name, tensor) -> result.shapes.put(name, tensor.shape()));
    model.graph().constants().forEach((name, t) -> result.shapes.put(name, t.shape()));
    return result;
  }

  private static Map<String, TensorData> zeros(List<VariantManifest.Tensor> inputs) {
    Map<String, TensorData> sample = new LinkedHashMap<>();
    for (VariantManifest.Tensor input : inputs) {
      long[] shape = input.shape().stream().mapToLong(d -> d < 0 ? ASSUMED : d).toArray();
      ElementType type = ElementType.ofDatatype(input.datatype());
      sample.put(
          input.name(),
          TensorData.of(type, shape, TensorData.direct(type.bytes(TensorData.elements(shape)))));
    }
    return sample;
  }

  /** Size of each axis; null for a value that is no tensor of the main graph. */
  public long[] of(String value) {
    return shapes.get(value);
  }

  /** Shape of a constant that was added since. */
  void put(String constant, Tensor tensor) {
    shapes.put(constant, tensor.shape());
  }
}
