package dev.modelfleet.compression.convert;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import dev.modelfleet.compression.onnx.ValueInfoProto;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.transform.ValueTypes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives each FP32 value an FP16 form, an FP32 form or both, as its maker and its readers need.
 * Names that graph outputs or subgraphs rely on keep their type.
 */
final class HalfRewrite {

  /** Inputs that are FP32 whatever the type of the data: operator and positions. */
  private static final Map<String, Set<Integer>> ALWAYS_FLOAT =
      Map.of("Resize", Set.of(1, 2), "Upsample", Set.of(1));

  private final Graph graph;
  private final ValueTypes types;
  private final Set<Node> full;
  private final boolean keepInterface;
  private final Uses uses;
  private final NameSource names;
  private final Map<String, String> halfNames = new HashMap<>();
  private final Map<String, String> floatNames = new HashMap<>();
  private final Set<String> madeAsHalf = new HashSet<>();
  private final List<Node> result = new ArrayList<>();
  private int constants;
  private int casts;

  HalfRewrite(Graph graph, ValueTypes types, Set<Node> full, boolean keepInterface) {
    this.graph = graph;
    this.types = types;
    this.full = full;
    this.keepInterface = keepInterface;
    this.uses = new Uses(graph);
    this.names = graph.names();
  }

  /** Number of constants converted. */
  int constants() {
    return constants;
  }

  /** Number of casts inserted. */
  int casts() {
    return casts;
  }

  void run() {
    if (!keepInterface) {
      graph.inputs().replaceAll(this::halfInput);
    }
    for (Node node : graph.nodes()) {
      boolean half = !full.contains(node);
      for (int i = 0; i < node.inputs().size(); i++) {
        node.inputs().set(i, input(node, i, half));
      }
      if (half && node.is("Cast") && node.integer("to", 0) == ElementType.FLOAT.code()) {
        node.with("to", ElementType.FLOAT16.code());
      }
      result.add(node);
      for (int i = 0; i < node.outputs().size(); i++) {
        output(node, i, half);
      }
    }
    graph.nodes().clear();
    graph.nodes().addAll(result);
  }

  private ValueInfoProto halfInput(ValueInfoProto input) {
    if (!types.isFloat(input.getName()) || uses.isPinned(input.getName())) {
      return input;
    }
    madeAsHalf.add(input.getName());
    return withType(input, ElementType.FLOAT16);
  }

  private static ValueInfoProto withType(ValueInfoProto value, ElementType type) {
    ValueInfoProto.Builder builder = value.toBuilder();
    builder.getTypeBuilder().getTensorTypeBuilder().setElemType(type.code());
    return builder.build();
  }

  private String input(Node node, int index, boolean half) {
    String value = node.input(index);
    if (!types.isFloat(value)) {
      return value;
    }
    if (node.is("Cast")) {
      // A cast takes whatever form there is.
      return madeAsHalf.contains(value) ? halfNames.getOrDefault(value, value) : value;
    }
    boolean alwaysFloat =
        node.domain().isEmpty()
            && ALWAYS_FLOAT.getOrDefault(node.opType(), Set.of()).contains(index);
    return half && !alwaysFloat ? halfForm(value) : floatForm(value);
  }

  private String halfForm(String value) {
    if (madeAsHalf.contains(value)) {
      return halfNames.getOrDefault(value, value);
    }
    return halfNames.computeIfAbsent(value, this::makeHalfForm);
  }

  private String makeHalfForm(String value) {
    String name = names.fresh(value + "_fp16");
    Tensor constant = graph.constants().get(value);
    if (constant == null) {
      addCast(value, name, ElementType.FLOAT16);
    } else {
      graph.constants().put(name, Half.of(constant));
      constants++;
    }
    return name;
  }

  private String floatForm(String value) {
    if (!madeAsHalf.contains(value)) {
      return value;
    }
    return floatNames.computeIfAbsent(
        value,
        v -> {
          String name = names.fresh(v + "_fp32");
          addCast(halfNames.getOrDefault(v, v), name, ElementType.FLOAT);
          return name;
        });
  }

  private void output(Node node, int index, boolean half) {
    String value = node.output(index);
    if (!half || !types.isFloat(value)) {
      return;
    }
    madeAsHalf.add(value);
    boolean isOutput = graph.outputNames().contains(value);
    if (uses.isPinned(value) && (keepInterface || !isOutput || uses.isCaptured(value))) {
      String name = names.fresh(value + "_fp16");
      node.outputs().set(index, name);
      halfNames.put(value, name);
      floatNames.put(value, value);
      addCast(name, value, ElementType.FLOAT);
    } else if (isOutput) {
      graph
          .outputs()
          .replaceAll(
              output ->
                  output.getName().equals(value) ? withType(output, ElementType.FLOAT16) : output);
    }
  }

  private void addCast(String from, String to, ElementType type) {
    result.add(Node.of("Cast", to + "_cast", List.of(from), List.of(to)).with("to", type.code()));
    casts++;
  }
}
