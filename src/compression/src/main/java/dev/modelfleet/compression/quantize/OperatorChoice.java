package dev.modelfleet.compression.quantize;

import dev.modelfleet.artifact.Step;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.graph.Node;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which nodes a quantize step is about.
 *
 * @param names ONNX operator types
 * @param selection nodes of these types
 */
record OperatorChoice(Set<String> names, NodeSelection selection) {

  /**
   * What the step asks for, or everything that the scheme supports.
   *
   * @throws StepNotApplicableException where the step asks for an operator that the scheme can't
   *     quantize
   */
  static OperatorChoice of(Step.Quantize step, Set<String> supported, NodeSelection selection) {
    List<String> unknown =
        step.operators().stream().filter(name -> !supported.contains(name)).toList();
    if (!unknown.isEmpty()) {
      throw new StepNotApplicableException(
          "quantize",
          "quantize.operators has %s, which scheme %s can't quantize: it can quantize %s"
              .formatted(unknown, step.scheme(), new TreeSet<>(supported)));
    }
    return new OperatorChoice(
        new TreeSet<>(step.operators().isEmpty() ? supported : step.operators()), selection);
  }

  boolean includes(Node node) {
    return node.domain().isEmpty() && names.contains(node.opType()) && selection.selects(node);
  }
}
