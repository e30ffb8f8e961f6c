package dev.modelfleet.compression.cli;

import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.LoadLimits;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Tensor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code modelfleet inspect}: what a model file holds. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = "Show inputs, outputs, operators and where the bytes are.")
final class InspectCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "ONNX model.")
  private Path file;

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "10",
      description = "How many of the largest constants to list (default: ${DEFAULT-VALUE}).")
  private int top;

  @Override
  public Integer call() {
    OnnxModel model = OnnxModel.load(file, LoadLimits.DEFAULT);
    Graph graph = model.graph();
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "%s: %s, IR version %d, operator sets %s"
            .formatted(file, Sizes.megabytes(model.sizeBytes()), model.irVersion(), opsets(model)));
    model.inputs().forEach(input -> out.println("  input  " + signature(input)));
    model.outputs().forEach(output -> out.println("  output " + signature(output)));
    out.println();
    out.print(operators(graph));
    out.println();
    out.print(types(graph));
    out.println();
    out.print(largest(graph));
    out.flush();
    return ExitStatus.DONE;
  }

  private static String opsets(OnnxModel model) {
    return new TreeMap<>(model.opsets())
        .entrySet().stream()
            .map(set -> (set.getKey().isEmpty() ? "ai.onnx" : set.getKey()) + " " + set.getValue())
            .collect(Collectors.joining(", "));
  }

  private static String signature(VariantManifest.Tensor tensor) {
    return "%s %s%s".formatted(tensor.name(), tensor.datatype(), tensor.shape());
  }

  private static TextTable operators(Graph graph) {
    Map<String, Long> counts =
        graph.nodes().stream()
            .collect(
                Collectors.groupingBy(
                    node ->
                        node.domain().isEmpty()
                            ? node.opType()
                            : node.domain() + "." + node.opType(),
                    TreeMap::new,
                    Collectors.counting()));
    TextTable table = new TextTable("OPERATOR", "NODES");
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .forEach(count -> table.add(count.getKey(), count.getValue().toString()));
    return table.add("all", Integer.toString(graph.nodes().size()));
  }

  private static TextTable types(Graph graph) {
    TextTable table = new TextTable("CONSTANTS", "NUMBER", "ELEMENTS", "SIZE");
    graph.constants().values().stream()
        .collect(Collectors.groupingBy(Tensor::type, TreeMap::new, Collectors.toList()))
        .forEach(
            (type, tensors) ->
                table.add(
                    type.toString(),
                    Integer.toString(tensors.size()),
                    Long.toString(tensors.stream().mapToLong(Tensor::size).sum()),
                    Sizes.megabytes(tensors.stream().mapToLong(Tensor::byteSize).sum())));
    return table;
  }

  private TextTable largest(Graph graph) {
    TextTable table = new TextTable("LARGEST", "TYPE", "SIZE");
    graph.constants().entrySet().stream()
        .sorted(
            Comparator.<Map.Entry<String, Tensor>>comparingLong(c -> c.getValue().byteSize())
                .reversed()
                .thenComparing(Map.Entry::getKey))
        .limit(top)
        .forEach(
            constant ->
                table.add(
                    constant.getKey(),
                    constant.getValue().toString(),
                    Sizes.megabytes(constant.getValue().byteSize())));
    return table;
  }
}
