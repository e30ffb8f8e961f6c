package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.InferResponse;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;

/** Who waits for an answer. Exactly one of the methods is called, once, on a model's thread. */
public interface Completion {

  /** The answer; the receiver closes it. */
  void succeeded(InferResponse response);

  /** The refusal. */
  void failed(ProtocolException reason);
}
