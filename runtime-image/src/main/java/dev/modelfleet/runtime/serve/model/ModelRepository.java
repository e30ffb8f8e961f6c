package dev.modelfleet.runtime.serve.model;

import static java.util.stream.Collectors.toSet;

import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.InferRequest;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.ServingState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * All models by name and version. A model is loaded and proven before it takes the place of what
 * served under its name; what it replaces answers what it has taken and is then freed. Safe for
 * many threads.
 */
public final class ModelRepository implements AutoCloseable {

  /** Version that a model has while none of it is known. */
  private static final long FIRST_VERSION = 1;

  private final ModelCatalog catalog;
  private final boolean controllable;
  private final ReentrantLock loading = new ReentrantLock();
  private final ConcurrentMap<String, NavigableMap<Long, ModelSlot>> models =
      new ConcurrentSkipListMap<>();

  /** What each model was last tried to be loaded from, guarded by {@link #loading}. */
  private final Map<String, SortedMap<Long, Origin>> attempted = new HashMap<>();

  /** Why the last attempts that {@link #refresh} made failed, guarded by {@link #loading}. */
  private final Map<String, String> failures = new HashMap<>();

  /**
   * A repository in which nothing is loaded.
   *
   * @param controllable whether clients may load and unload models
   */
  public ModelRepository(ModelCatalog catalog, boolean controllable) {
    this.catalog = catalog;
    this.controllable = controllable;
  }

  /** Makes the name known, not ready, before its model is there. */
  public void announce(String name) {
    ModelSlot slot = ModelSlot.loading(name, Long.toString(FIRST_VERSION));
    models.putIfAbsent(name, new TreeMap<>(Map.of(FIRST_VERSION, slot)));
  }

  /**
   * Loads a model, or those of its versions anew whose files have changed; answers are given by
   * what was there until the new is proven. Returns when what it replaces is freed.
   *
   * @throws ModelLoadException where it is not served; the reason is also the slot's, unless an
   *     earlier load goes on serving
   */
  public void load(String name) throws ModelLoadException {
    loading.lock();
    try {
      load(name, origins(name));
    } catch (ModelLoadException e) {
      announce(name);
      models.computeIfPresent(name, (key, slots) -> failed(slots, e));
      throw e;
    } finally {
      loading.unlock();
    }
  }

  private void load(String name, SortedMap<Long, Origin> origins) throws ModelLoadException {
    attempted.put(name, origins);
    failures.remove(name);
    NavigableMap<Long, ModelSlot> current = models.getOrDefault(name, new TreeMap<>());
    NavigableMap<Long, ModelSlot> next = ModelLoader.load(name, origins, current);
    models.put(name, next);
    Set<ServedModel> kept = next.values().stream().map(ModelSlot::serving).collect(toSet());
    current.values().stream()
        .map(ModelSlot::serving)
        .filter(serving -> serving != null && !kept.contains(serving))
        .forEach(ServedModel::close);
  }

  /**
   * Brings what is served in line with the catalog: models whose files have changed since the last
   * attempt are loaded, new ones too, and those that are gone are unloaded.
   *
   * @return a line for each model that was looked at anew; none where nothing has changed
   * @throws ModelLoadException where the catalog can't be listed
   */
  public List<String> refresh() throws ModelLoadException {
    List<String> changes = new ArrayList<>();
    List<String> names = catalog.names();
    for (String name : names) {
      refresh(name, changes);
    }
    for (String gone : List.copyOf(models.keySet())) {
      if (!names.contains(gone)) {
        unload(gone);
        changes.add("model '" + gone + "' is gone and unloaded");
      }
    }
    return changes;
  }

  private SortedMap<Long, Origin> origins(String name) throws ModelLoadException {
    try {
      return Origin.of(catalog.read(name));
    } catch (ModelLoadException e) {
      // What is mended may be what was there before.
      attempted.remove(name);
      throw e;
    }
  }

  private void refresh(String name, List<String> changes) {
    loading.lock();
    try {
      SortedMap<Long, Origin> origins = origins(name);
      if (!origins.equals(attempted.get(name))) {
        load(name, origins);
        changes.add("model '%s': serving version %s".formatted(name, versions(name)));
      }
    } catch (ModelLoadException e) {
      announce(name);
      models.computeIfPresent(name, (key, slots) -> failed(slots, e));
      if (!e.getMessage().equals(failures.put(name, e.getMessage()))) {
        changes.add("model '%s' is not loaded anew: %s".formatted(name, e.getMessage()));
      }
    } finally {
      loading.unlock();
    }
  }

  private static NavigableMap<Long, ModelSlot> failed(
      NavigableMap<Long, ModelSlot> slots, ModelLoadException failure) {
    NavigableMap<Long, ModelSlot> next = new TreeMap<>(slots);
    next.replaceAll((version, slot) -> slot.failed(failure.golden(), failure.getMessage()));
    return next;
  }

  private static void close(NavigableMap<Long, ModelSlot> slots) {
    if (slots != null) {
      slots.values().stream()
          .map(ModelSlot::serving)
          .filter(Objects::nonNull)
          .forEach(ServedModel::close);
    }
  }

  /**
   * Loads a model at a client's request. Takes time: not for an event loop.
   *
   * @throws ProtocolException where that is not allowed or fails
   */
  public void loadByRequest(String name) {
    checkControl();
    try {
      if (!catalog.names().contains(name)) {
        throw new ProtocolException(
            ErrorCode.NOT_FOUND, "the repository has no model '" + name + "'");
      }
      load(name);
    } catch (ModelLoadException e) {
      throw new ProtocolException(ErrorCode.INVALID, e.getMessage());
    }
  }

  /**
   * Answers what the model has taken and frees it, at a client's request. Takes time: not for an
   * event loop.
   *
   * @throws ProtocolException where that is not allowed or there is no such model
   */
  public void unloadByRequest(String name) {
    checkControl();
    unload(name);
  }

  private void unload(String name) {
    loading.lock();
    try {
      attempted.remove(name);
      failures.remove(name);
      NavigableMap<Long, ModelSlot> removed = models.remove(name);
      if (removed == null) {
        throw unknown(name);
      }
      close(removed);
    } finally {
      loading.unlock();
    }
  }

  private void checkControl() {
    if (!controllable) {
      throw new ProtocolException(
          ErrorCode.UNSUPPORTED, "models are not loaded and unloaded by request here");
    }
  }

  /**
   * All models, loaded or not. Reads the catalog: not for an event loop.
   *
   * @throws ProtocolException where the catalog can't be read
   */
  public List<IndexEntry> index() {
    return IndexEntry.of(slots(), catalog);
  }

  /** Every version of every model, by name and version. */
  public Collection<ModelSlot> slots() {
    return models.values().stream().flatMap(slots -> slots.values().stream()).toList();
  }

  /** Ready where every model is; otherwise the first reason. */
  public ServingState state() {
    return slots().stream()
        .map(ModelSlot::state)
        .filter(state -> !state.ready())
        .findFirst()
        .orElse(ServingState.READY);
  }

  /**
   * What is known of a model.
   *
   * @param version null or empty for the highest
   * @throws ProtocolException not found
   */
  public ModelSlot find(String name, String version) {
    NavigableMap<Long, ModelSlot> slots = models.get(name);
    if (slots == null) {
      throw unknown(name);
    }
    if (version == null || version.isEmpty()) {
      return slots.lastEntry().getValue();
    }
    return slots.values().stream()
        .filter(slot -> slot.version().equals(version))
        .findFirst()
        .orElseThrow(
            () ->
                new ProtocolException(
                    ErrorCode.NOT_FOUND,
                    "model '%s' has no version '%s'; it has %s"
                        .formatted(name, version, String.join(", ", versions(name)))));
  }

  /** The versions of a model that are loaded, lowest first. */
  public List<String> versions(String name) {
    NavigableMap<Long, ModelSlot> slots = models.get(name);
    return slots == null ? List.of() : slots.values().stream().map(ModelSlot::version).toList();
  }

  private static ProtocolException unknown(String name) {
    return new ProtocolException(ErrorCode.NOT_FOUND, "no such model: '" + name + "'");
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
    loading.lock();
    try {
      for (String name : models.keySet()) {
        close(models.remove(name));
      }
    } finally {
      loading.unlock();
    }
  }
}
