package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.InferRequest;
import dev.modelfleet.runtime.serve.protocol.ModelMetadata;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.ServingState;
import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.TensorSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;

/**
 * All models by name. A model is loaded and proven before it takes the place of what served under
 * its name; what it replaces answers what it has taken and is then freed. Safe for many threads.
 */
public final class ModelRepository implements AutoCloseable {

  /** Version of a model that comes as a variant: a variant has one. */
  public static final String ONLY_VERSION = "1";

  private final ConcurrentMap<String, ModelSlot> slots = new ConcurrentHashMap<>();
  private final ServingOptions options;

  public ModelRepository(ServingOptions options) {
    this.options = options;
  }

  /** Makes the name known, not ready, before its model is there. */
  public void announce(String name) {
    slots.putIfAbsent(name, ModelSlot.loading(name));
  }

  /**
   * Loads a variant, replays its golden inputs and, where they agree, serves it.
   *
   * @throws ModelLoadException where it is not served; the reason is also the slot's, unless an
   *     earlier version goes on serving
   */
  public ModelSlot load(String name, VariantSource source) throws ModelLoadException {
    announce(name);
    GoldenAgreement golden = null;
    OrtModel engine = null;
    try {
      engine = OrtModel.load(source.modelFile(), options.engine());
      checkBatching(engine);
      golden = GoldenReplay.replay(engine, source, options.batching().maxSize());
      if (!golden.agrees()) {
        throw new ModelLoadException("model '" + name + "': " + golden.summary());
      }
      ServedModel model = new ServedModel(engine, metadata(name, engine), options);
      engine = null;
      return replace(name, model, golden);
    } catch (ModelLoadException e) {
      fail(name, golden, e.getMessage());
      throw e;
    } finally {
      if (engine != null) {
        engine.close();
      }
    }
  }

  /** Records why a model can't be loaded. */
  public void fail(String name, GoldenAgreement golden, String reason) {
    announce(name);
    slots.computeIfPresent(name, (key, slot) -> slot.failed(golden, reason));
  }

  /** Requests can be joined where every tensor has a first dimension of any size. */
  private void checkBatching(OrtModel engine) throws ModelLoadException {
    if (!options.batching().isOn()) {
      return;
    }
    for (TensorSpec tensor :
        Stream.concat(engine.inputs().stream(), engine.outputs().stream()).toList()) {
      if (tensor.shape().rank() == 0 || tensor.shape().dimension(0) != Shape.ANY) {
        throw new ModelLoadException(
            "requests can't be joined: tensor '%s' has shape %s, whose first dimension is not of any size; serve this model with a largest batch size of 0"
                .formatted(tensor.name(), tensor.shape()));
      }
    }
  }

  private ModelMetadata metadata(String name, OrtModel engine) {
    return new ModelMetadata(
        name,
        ONLY_VERSION,
        ModelMetadata.ONNX_PLATFORM,
        engine.inputs(),
        engine.outputs(),
        options.batching().maxSize());
  }

  private ModelSlot replace(String name, ServedModel model, GoldenAgreement golden) {
    List<ServedModel> replaced = new ArrayList<>();
    ModelSlot slot =
        slots.compute(
            name,
            (key, old) -> {
              if (old.serving() != null) {
                replaced.add(old.serving());
              }
              return old.serving(model, golden);
            });
    replaced.forEach(ServedModel::close);
    return slot;
  }

  /** All models in no order. */
  public Collection<ModelSlot> slots() {
    return slots.values();
  }

  /** Ready where every model is; otherwise the first reason. */
  public ServingState state() {
    return slots.values().stream()
        .map(ModelSlot::state)
        .filter(state -> !state.ready())
        .findFirst()
        .orElse(ServingState.READY);
  }

  /**
   * What is known of a model.
   *
   * @param version null for any
   * @throws ProtocolException not found
   */
  public ModelSlot find(String name, String version) {
    ModelSlot slot = slots.get(name);
    if (slot == null) {
      throw new ProtocolException(ErrorCode.NOT_FOUND, "no such model: '" + name + "'");
    }
    if (version != null && !version.isEmpty() && !version.equals(ONLY_VERSION)) {
      throw new ProtocolException(
          ErrorCode.NOT_FOUND,
          "model '%s' has no version '%s'; it has %s".formatted(name, version, ONLY_VERSION));
    }
    return slot;
  }

  /**
   * The model that answers.
   *
   * @throws ProtocolException not found, or unavailable with the reason
   */
  public ServedModel serving(String name, String version) {
    ModelSlot slot = find(name, version);
    if (slot.serving() == null) {
      throw new ProtocolException(ErrorCode.UNAVAILABLE, slot.state().reason());
    }
    return slot.serving();
  }

  /**
   * Runs a request on the model, which closes it and answers through {@code completion}.
   *
   * @param arrivedNanos {@link System#nanoTime} at which all of the request had arrived
   */
  public void infer(
      String name, String version, InferRequest request, long arrivedNanos, Completion completion) {
    try {
      while (!serving(name, version).infer(request, arrivedNanos, completion)) {
        // Replaced between look-up and hand-over: its successor is there already.
        Thread.onSpinWait();
      }
    } catch (ProtocolException e) {
      request.close();
      completion.failed(e);
    }
  }

  /** Answers everything that was taken, then frees all models. */
  @Override
  public void close() {
    for (String name : slots.keySet()) {
      ModelSlot removed = slots.remove(name);
      if (removed != null && removed.serving() != null) {
        removed.serving().close();
      }
    }
  }
}
