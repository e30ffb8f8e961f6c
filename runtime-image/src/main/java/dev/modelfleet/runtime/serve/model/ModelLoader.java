package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.ModelMetadata;
import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Brings a model's versions up and proves them: all of them, or none. */
final class ModelLoader {

  private ModelLoader() {}

  /**
   * Loads every version, holds it against what is declared and replays its golden inputs, which
   * also warms it. A version that serves already from the same files stays as it is.
   *
   * @param current what serves at the moment, by version
   * @throws ModelLoadException with the first failure; nothing new stays loaded
   */
  static NavigableMap<Long, ModelSlot> load(
      String name, SortedMap<Long, Origin> origins, Map<Long, ModelSlot> current)
      throws ModelLoadException {
    NavigableMap<Long, ModelSlot> slots = new TreeMap<>();
    List<ServedModel> loaded = new ArrayList<>();
    boolean complete = false;
    try {
      for (Map.Entry<Long, Origin> version : origins.entrySet()) {
        ModelSlot slot = current.get(version.getKey());
        ServedModel serving = slot == null ? null : slot.serving();
        if (serving == null || !serving.origin().equals(version.getValue())) {
          serving = load(name, version.getKey().toString(), version.getValue());
          loaded.add(serving);
        }
        slots.put(version.getKey(), ModelSlot.serving(serving));
      }
      complete = true;
      return slots;
    } finally {
      if (!complete) {
        loaded.forEach(ServedModel::close);
      }
    }
  }

  private static ServedModel load(String name, String version, Origin origin)
      throws ModelLoadException {
    VariantSource source = origin.source();
    ServingOptions options = origin.options();
    OrtModel engine = OrtModel.load(source.modelFile(), options.engine().forVariant(source));
    boolean proven = false;
    try {
      checkDeclared(engine, origin.declared());
      checkBatching(engine, options.batching());
      GoldenAgreement golden = GoldenReplay.replay(engine, source, options);
      if (!golden.agrees()) {
        throw new ModelLoadException("model '" + name + "': " + golden.summary(), golden);
      }
      ServedModel served =
          new ServedModel(engine, metadata(name, version, engine, options), origin, golden);
      proven = true;
      return served;
    } finally {
      if (!proven) {
        engine.close();
      }
    }
  }

  private static ModelMetadata metadata(
      String name, String version, OrtModel engine, ServingOptions options) {
    return new ModelMetadata(
        name,
        version,
        ModelMetadata.ONNX_PLATFORM,
        engine.inputs(),
        engine.outputs(),
        options.batching().maxSize());
  }

  private static void checkDeclared(OrtModel engine, List<TensorSpec> declared)
      throws ModelLoadException {
    for (TensorSpec wanted : declared) {
      boolean fits =
          tensors(engine)
              .anyMatch(
                  tensor ->
                      tensor.name().equals(wanted.name())
                          && tensor.datatype() == wanted.datatype()
                          && fits(wanted.shape(), tensor.shape()));
      if (!fits) {
        throw new ModelLoadException(
            "config.pbtxt declares tensor '%s' of %s and shape %s (batch dimension included); the model has %s"
                .formatted(
                    wanted.name(), wanted.datatype(), wanted.shape(), tensors(engine).toList()));
      }
    }
  }

  /** Whether the two can describe the same tensor: −1 goes with any size. */
  private static boolean fits(Shape declared, Shape actual) {
    if (declared.rank() != actual.rank()) {
      return false;
    }
    for (int i = 0; i < declared.rank(); i++) {
      if (declared.dimension(i) != actual.dimension(i)
          && declared.dimension(i) != Shape.ANY
          && actual.dimension(i) != Shape.ANY) {
        return false;
      }
    }
    return true;
  }

  /** Requests can be joined where every tensor has a first dimension of any size. */
  private static void checkBatching(OrtModel engine, Batching batching) throws ModelLoadException {
    if (!batching.isOn()) {
      return;
    }
    for (TensorSpec tensor : tensors(engine).toList()) {
      if (tensor.shape().rank() == 0 || tensor.shape().dimension(0) != Shape.ANY) {
        throw new ModelLoadException(
            "requests can't be joined: tensor '%s' has shape %s, whose first dimension is not of any size; serve this model with a largest batch size of 0"
                .formatted(tensor.name(), tensor.shape()));
      }
    }
  }

  private static Stream<TensorSpec> tensors(OrtModel engine) {
    return Stream.concat(engine.inputs().stream(), engine.outputs().stream());
  }
}
