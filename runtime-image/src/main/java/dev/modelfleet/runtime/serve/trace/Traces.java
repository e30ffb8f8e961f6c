package dev.modelfleet.runtime.serve.trace;

import dev.modelfleet.runtime.serve.model.Completion;
import java.util.function.UnaryOperator;

/** Traces of inference requests. */
public interface Traces extends AutoCloseable {

  /** No traces. */
  Traces OFF =
      new Traces() {
        @Override
        public Completion begin(Call call, Completion completion) {
          return completion;
        }

        @Override
        public void close() {}
      };

  /**
   * A request that has arrived.
   *
   * @param protocol {@code http} or {@code grpc}
   * @param model that is asked for
   * @param headers gives a header's value by its name in lower case, null where there is none
   * @param beginNanos {@link System#nanoTime} at which its first byte was known
   */
  record Call(String protocol, String model, UnaryOperator<String> headers, long beginNanos) {}

  /** Gives the completion to answer through: it passes the answer on and ends the trace. */
  Completion begin(Call call, Completion completion);

  /** Sends what is left, within seconds. */
  @Override
  void close();
}
