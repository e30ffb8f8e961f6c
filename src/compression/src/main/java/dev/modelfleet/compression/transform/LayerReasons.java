package dev.modelfleet.compression.transform;

import java.util.LinkedHashMap;
import java.util.Map;

/** Why a planner treats layers as it does, collected while transforms run. */
public final class LayerReasons {

  private final Map<String, String> reasons = new LinkedHashMap<>();

  /**
   * Notes a reason; a later one for the same layer replaces it.
   *
   * @param layer name of the layer's output
   * @param reason for people, with figures
   */
  public void note(String layer, String reason) {
    reasons.put(layer, reason);
  }

  /** Reasons by the name of the layer's output. */
  public Map<String, String> all() {
    return Map.copyOf(reasons);
  }
}
