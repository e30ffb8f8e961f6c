package dev.modelfleet.compression.calibration;

import dev.modelfleet.artifact.CalibrationMethod;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Ranges of activations, measured once for all models that a planner makes of one: those models
 * compute the same values up to rounding, under the same names.
 */
public final class Ranges {

  private final Set<String> shared;
  private final Map<Key, Range> known = new HashMap<>();

  private record Key(CalibrationMethod method, boolean symmetric, String value) {}

  private Ranges(Set<String> shared) {
    this.shared = shared;
  }

  /** Measures each time. */
  public static Ranges measured() {
    return new Ranges(Set.of());
  }

  /** Remembers the ranges of a model's values, for models that compute them too. */
  public static Ranges remembering(OnnxModel model) {
    Set<String> values = new LinkedHashSet<>();
    model.inputs().forEach(input -> values.add(input.name()));
    model.graph().nodes().forEach(node -> values.addAll(node.outputs()));
    return new Ranges(values);
  }

  /** As {@link Calibration#run}, for what is not known yet. */
  public Map<String, Range> of(
      CalibrationMethod method,
      OnnxModel model,
      Collection<String> values,
      Dataset data,
      boolean symmetric) {
    Set<String> unknown = new LinkedHashSet<>(values);
    unknown.removeIf(value -> known.containsKey(new Key(method, symmetric, value)));
    Map<String, Range> measured =
        unknown.isEmpty() ? Map.of() : Calibration.run(method, model, unknown, data, symmetric);
    Map<String, Range> ranges = new LinkedHashMap<>();
    for (String value : values) {
      Key key = new Key(method, symmetric, value);
      Range range = measured.containsKey(value) ? measured.get(value) : known.get(key);
      ranges.put(value, range);
      if (shared.contains(value)) {
        known.put(key, range);
      }
    }
    return ranges;
  }
}
