package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.ModelMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

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
          serving = load(name, version.getKey().toString(), version.getValue(), threads(current));
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

  /** Of what serves under the name: a measurement beside its requests would tell little. */
  private static ThreadChoice threads(Map<Long, ModelSlot> current) {
    return current.values().stream()
        .map(ModelSlot::serving)
        .filter(Objects::nonNull)
        .map(ServedModel::threads)
        .findFirst()
        .orElse(null);
  }

  /**
   * One version.
   *
   * @param before how many threads served what it takes the place of; null where nothing did
   */
  private static ServedModel load(String name, String version, Origin origin, ThreadChoice before)
      throws ModelLoadException {
    ProvenEngine proven = ProvenEngine.load(name, origin, before);
    OrtModel engine = proven.model();
    ModelMetadata metadata = metadata(name, version, engine, origin.options());
    return new ServedModel(engine, metadata, origin, proven.golden(), proven.threads());
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
}
