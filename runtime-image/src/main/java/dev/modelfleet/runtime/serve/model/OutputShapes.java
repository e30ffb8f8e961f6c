package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import dev.modelfleet.runtime.serve.protocol.TensorSpec;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which shapes of outputs followed from which shapes of inputs, so that memory for the outputs can
 * be had before a run. Of most models they follow always; where they depend on values as well, the
 * engine refuses memory of another shape, and one gives up. Safe for many threads.
 */
final class OutputShapes {

  private static final int MOST = 256;

  private record Question(List<TensorSpec> inputs, List<String> wanted) {}

  private final Map<Question, List<TensorSpec>> seen = new ConcurrentHashMap<>();
  private volatile boolean givenUp;

  /**
   * The outputs to expect.
   *
   * @param wanted their names
   * @return in the order of the names; empty where it is not known
   */
  List<TensorSpec> expected(List<TensorSpec> inputs, Collection<String> wanted) {
    return givenUp
        ? List.of()
        : seen.getOrDefault(new Question(inputs, List.copyOf(wanted)), List.of());
  }

  /** Remembers what followed, where memory for all of it can be given. */
  void learn(List<TensorSpec> inputs, Collection<String> wanted, List<Tensor> outputs) {
    if (givenUp || !outputs.stream().allMatch(OutputShapes::canBeGiven)) {
      return;
    }
    if (seen.size() >= MOST) {
      seen.clear();
    }
    seen.put(
        new Question(inputs, List.copyOf(wanted)), outputs.stream().map(Tensor::spec).toList());
  }

  /** Not strings, not nothing, and not what only outputs can be. */
  private static boolean canBeGiven(Tensor output) {
    return output.datatype() != DataType.BYTES
        && OrtTypes.inputType(output.datatype()).isPresent()
        && output.data().isReadable();
  }

  /** To be called where an expectation was wrong: none is given from now on. */
  void giveUp() {
    givenUp = true;
    seen.clear();
  }
}
