package dev.modelfleet.compression.codebook;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Puts codes and a codebook in the place of weights, and operators that look them up before the
 * weights' reader. Engines that fold constants, as ONNX Runtime does, do that once when they load
 * the model; the rows of an embedding table are looked up as they are read.
 */
public final class CodebookRewrite {

  /** How constants of codebooks are named. */
  private static final String SUFFIX = "_codebook";

  private final Graph graph;
  private final NameSource names;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, String> expanded = new HashMap<>();
  private final Map<String, List<String>> stored = new HashMap<>();
  private final Map<Integer, String> small = new HashMap<>();

  CodebookRewrite(Graph graph) {
    this.graph = graph;
    this.names = graph.names();
  }

  /** Whether a constant is a codebook, by its name; the last axis counts its levels. */
  public static boolean isCodebook(String constant) {
    return constant.contains(SUFFIX);
  }

  /** Number of operators that look weights up, or just about. */
  static int nodes(int bits) {
    return 6 + PackedCodes.widths(bits).stream().mapToInt(width -> 2 * (8 / width) + 3).sum();
  }

  void keep(Node node) {
    nodes.add(node);
  }

  /**
   * Lets a node read weights that are looked up.
   *
   * @param index of the node's input
   * @param transposed whether the weights are stored by columns
   */
  void weights(Node node, int index, CodebookWeights weights, boolean transposed) {
    String name = node.input(index);
    long[] shape = graph.constants().get(name).shape();
    String value =
        expanded.computeIfAbsent(
            name + transposed, key -> expand(name, weights, transposed, shape));
    node.inputs().set(index, value);
    nodes.add(node);
  }

  private String expand(String name, CodebookWeights weights, boolean transposed, long[] shape) {
    List<String> fields = new ArrayList<>();
    weights.codes().fields().forEach(field -> fields.add(constant(name + "_codes", field.bytes())));
    String codes = unpack(name, fields, weights.codes());
    String book = float32(name, constant(name + SUFFIX, weights.codebook()));
    String rows =
        weights.scales() == null
            ? add("GatherElements", name, List.of(book, codes), 1)
            : scaled(
                name,
                add("Gather", name, List.of(book, codes), 0),
                constant(name + "_scales", weights.scales()));
    if (transposed) {
      rows = add("Transpose", name, List.of(rows));
      last().with("perm", List.of(1L, 0L));
    }
    return shape.length == 2
        ? rows
        : add("Reshape", name, List.of(rows, longs(name + "_shape", shape)));
  }

  /** Replaces a read of rows of a table by one of their codes. */
  void gather(Node node, CodebookWeights table) {
    String name = node.input(0);
    List<String> constants =
        stored.computeIfAbsent(
            name,
            key -> {
              List<String> made = new ArrayList<>();
              table.codes().fields().forEach(f -> made.add(constant(name + "_codes", f.bytes())));
              made.add(constant(name + SUFFIX, table.codebook()));
              made.add(constant(name + "_scales", table.scales()));
              return made;
            });
    int fields = table.codes().fields().size();
    List<String> read = new ArrayList<>();
    for (String field : constants.subList(0, fields)) {
      read.add(add("Gather", name, List.of(field, node.input(1)), 0));
    }
    String codes = unpack(name, read, table.codes());
    String book = float32(name, constants.get(fields));
    String rows = add("Gather", name, List.of(book, codes), 0);
    String scales = add("Gather", name, List.of(constants.get(fields + 1), node.input(1)), 0);
    boolean half = graph.constants().get(constants.get(fields + 1)).type() != ElementType.FLOAT;
    String factor = half ? cast(name, scales, ElementType.FLOAT) : scales;
    nodes.add(Node.of("Mul", node.name() + "_scaled", List.of(rows, factor), node.outputs()));
  }

  private String scaled(String name, String rows, String scales) {
    return add("Mul", name, List.of(rows, float32(name, scales)));
  }

  /** INT32 codes of packed ones, along the last axis. */
  private String unpack(String name, List<String> packed, PackedCodes codes) {
    String sum = null;
    for (int f = 0; f < packed.size(); f++) {
      PackedCodes.Field field = codes.fields().get(f);
      String bytes = cast(name, packed.get(f), ElementType.INT32);
      String values = spread(name, bytes, field, codes.columns());
      if (field.offset() > 0) {
        String factor = ints(name + "_factor", 1 << field.offset());
        values = add("Mul", name, List.of(values, factor));
      }
      sum = sum == null ? values : add("Add", name, List.of(sum, values));
    }
    return sum;
  }

  private String spread(String name, String bytes, PackedCodes.Field field, int columns) {
    int perByte = 8 / field.bits();
    if (perByte == 1) {
      return bytes;
    }
    List<String> parts = new ArrayList<>();
    for (int part = 0; part < perByte; part++) {
      // Not BitShift: OpenVINO 2026.4 rounds where it shifts constants.
      String shifted =
          part == 0 ? bytes : add("Div", name, List.of(bytes, int32(1 << (part * field.bits()))));
      // The highest part has nothing above it.
      parts.add(
          part == perByte - 1
              ? shifted
              : add("Mod", name, List.of(shifted, int32(1 << field.bits()))));
    }
    String all = add("Concat", name, parts, -1);
    if (field.bytes().dimension(1) * perByte == columns) {
      return all;
    }
    return add(
        "Slice",
        name,
        List.of(
            all,
            longs(name + "_from", new long[] {0}),
            longs(name + "_to", new long[] {columns}),
            longs(name + "_axis", new long[] {-1})));
  }

  private String float32(String name, String value) {
    return graph.constants().get(value).type() == ElementType.FLOAT
        ? value
        : cast(name, value, ElementType.FLOAT);
  }

  private String cast(String name, String value, ElementType type) {
    String result = add("Cast", name, List.of(value));
    last().with("to", type.code());
    return result;
  }

  private String add(String operator, String name, List<String> inputs) {
    String output = names.fresh(name + "_" + operator.toLowerCase(Locale.ROOT));
    nodes.add(Node.of(operator, output, inputs, List.of(output)));
    return output;
  }

  private String add(String operator, String name, List<String> inputs, long axis) {
    String output = add(operator, name, inputs);
    last().with("axis", axis);
    return output;
  }

  private Node last() {
    return nodes.getLast();
  }

  private String constant(String wish, Tensor tensor) {
    String name = names.fresh(wish);
    graph.constants().put(name, tensor);
    return name;
  }

  private String longs(String wish, long[] values) {
    return constant(wish, Tensor.ofLongs(values, values.length));
  }

  private String ints(String wish, int value) {
    return constant(wish, Tensor.ofInts(new int[] {value}));
  }

  private String int32(int value) {
    return small.computeIfAbsent(
        value, key -> constant("code_" + value, Tensor.ofInts(new int[] {value})));
  }

  void finish() {
    graph.nodes().clear();
    graph.nodes().addAll(nodes);
  }
}
