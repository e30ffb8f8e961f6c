package dev.modelfleet.compression.simplify;

import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import dev.modelfleet.compression.onnx.ValueInfoProto;
import dev.modelfleet.compression.runtime.ModelInMemory;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.compression.transform.ValueTypes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Computes once, through ONNX Runtime, what depends on constants only, and shapes that are known. A
 * result is kept only where it is small or hardly larger than what it is computed from: unrolling a
 * Tile or Expand would blow up the file.
 */
final class ConstantFolding {

  private static final long SMALL_BYTES = 64 << 10;

  /** Kept, because they are how quantized weights are stored. */
  private static final Set<String> NOT_FOLDED = Set.of("QuantizeLinear", "DequantizeLinear");

  /** Broadcasting so many bytes against each other can't give more than a few megabytes. */
  private static final long TINY_BYTES = 4 << 10;

  /** Operators whose result may be large however small their inputs are. */
  private static final Set<String> EXPANDING =
      Set.of(
          "ConstantOfShape",
          "Expand",
          "EyeLike",
          "OneHot",
          "Pad",
          "Range",
          "Resize",
          "Tile",
          "Upsample");

  private final Graph graph;
  private final ValueTypes types;
  private final Uses uses;

  private ConstantFolding(OnnxModel model) {
    this.graph = model.graph();
    this.types = ValueTypes.infer(model);
    this.uses = new Uses(graph);
  }

  static int fold(OnnxModel model) {
    boolean candidate =
        model.graph().nodes().stream()
            .anyMatch(
                node ->
                    node.is("Shape")
                        || node.inputs().stream()
                            .allMatch(
                                i -> i.isEmpty() || model.graph().constants().containsKey(i)));
    return candidate ? new ConstantFolding(model).run(model) : 0;
  }

  private int run(OnnxModel model) {
    int shapes = foldShapes();
    List<Node> foldable = foldableNodes();
    if (foldable.isEmpty()) {
      return shapes;
    }
    Optional<Map<String, TensorData>> results = compute(model, foldable);
    if (results.isEmpty()) {
      return shapes;
    }
    results.get().forEach((name, value) -> graph.constants().put(name, Tensor.of(value)));
    graph.nodes().removeAll(new HashSet<>(foldable));
    return shapes + foldable.size();
  }

  private int foldShapes() {
    int before = graph.nodes().size();
    graph
        .nodes()
        .removeIf(
            node -> {
              Optional<long[]> shape = node.is("Shape") ? knownShape(node) : Optional.empty();
              shape.ifPresent(
                  s -> graph.constants().put(node.output(0), Tensor.ofLongs(s, s.length)));
              return shape.isPresent();
            });
    return before - graph.nodes().size();
  }

  private Optional<long[]> knownShape(Node node) {
    if (!node.attributes().isEmpty() || graph.outputNames().contains(node.output(0))) {
      return Optional.empty();
    }
    return types
        .shape(node.input(0))
        .filter(shape -> shape.stream().allMatch(dimension -> dimension >= 0))
        .map(shape -> shape.stream().mapToLong(Long::longValue).toArray());
  }

  private List<Node> foldableNodes() {
    Set<String> known = new HashSet<>(graph.constants().keySet());
    List<Node> foldable = new ArrayList<>();
    for (Node node : graph.nodes()) {
      boolean constant =
          Purity.isPure(node)
              && !NOT_FOLDED.contains(node.opType())
              && node.inputs().stream().allMatch(i -> i.isEmpty() || known.contains(i))
              && node.outputs().stream().noneMatch(graph.outputNames()::contains);
      if (constant && staysSmall(node)) {
        known.addAll(node.outputs());
        foldable.add(node);
      }
    }
    return foldable;
  }

  private boolean staysSmall(Node node) {
    long inputs = node.inputs().stream().mapToLong(i -> bytes(i).orElse(SMALL_BYTES)).sum();
    if (inputs <= TINY_BYTES && !EXPANDING.contains(node.opType())) {
      return true;
    }
    return node.outputs().stream()
        .filter(output -> !output.isEmpty())
        .allMatch(
            output -> bytes(output).map(b -> b <= Math.max(SMALL_BYTES, inputs)).orElse(false));
  }

  private Optional<Long> bytes(String value) {
    return types
        .shape(value)
        .filter(shape -> shape.stream().allMatch(dimension -> dimension >= 0))
        .flatMap(
            shape ->
                types
                    .type(value)
                    .map(
                        type ->
                            type.bytes(
                                TensorData.elements(
                                    shape.stream().mapToLong(Long::longValue).toArray()))));
  }

  private Optional<Map<String, TensorData>> compute(OnnxModel model, List<Node> foldable) {
    Graph constants = Graph.named("constants");
    Set<Node> inside = new HashSet<>(foldable);
    Set<String> read = new HashSet<>();
    for (Node node : foldable) {
      constants.nodes().add(node);
      read.addAll(node.inputs());
      for (String output : node.outputs()) {
        if (isReadOutside(output, inside)) {
          constants.outputs().add(ValueInfoProto.newBuilder().setName(output).build());
        }
      }
    }
    graph
        .constants()
        .forEach(
            (name, tensor) -> {
              if (read.contains(name)) {
                constants.constants().put(name, tensor);
              }
            });
    if (constants.outputs().isEmpty()) {
      return Optional.of(Map.of());
    }
    SessionOptions options = new SessionOptions(1, "CPU", SessionOptions.Optimization.NONE, false);
    try (ModelSession session = ModelInMemory.open(model.withGraph(constants), options)) {
      return Optional.of(session.run(Map.of()));
    } catch (CompressionException e) {
      // What can't be computed now fails, if at all, as it would have failed before.
      return Optional.empty();
    }
  }

  private boolean isReadOutside(String output, Set<Node> inside) {
    return !output.isEmpty()
        && (uses.isPinned(output)
            || uses.consumers(output).stream().anyMatch(reader -> !inside.contains(reader)));
  }
}
