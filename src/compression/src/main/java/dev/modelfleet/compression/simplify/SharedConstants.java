package dev.modelfleet.compression.simplify;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Stores equal constants once. */
final class SharedConstants {

  /** A few bytes spread over a tensor tell almost all different ones apart. */
  private static final int PROBES = 64;

  private SharedConstants() {}

  static int merge(Graph graph) {
    Uses uses = new Uses(graph);
    Renaming renaming = new Renaming();
    Map<String, List<Map.Entry<String, Tensor>>> candidates = new HashMap<>();
    List<String> doubled = new ArrayList<>();
    for (Map.Entry<String, Tensor> constant : graph.constants().entrySet()) {
      Tensor tensor = constant.getValue();
      if (tensor.data() == null || uses.isPinned(constant.getKey())) {
        continue;
      }
      List<Map.Entry<String, Tensor>> alike =
          candidates.computeIfAbsent(
              tensor + "/" + fingerprint(tensor.data()), k -> new ArrayList<>());
      String same =
          alike.stream()
              .filter(other -> other.getValue().sameAs(tensor))
              .map(Map.Entry::getKey)
              .findFirst()
              .orElse(null);
      if (same == null) {
        alike.add(Map.entry(constant.getKey(), tensor));
      } else {
        renaming.add(constant.getKey(), same);
        doubled.add(constant.getKey());
      }
    }
    renaming.apply(graph);
    doubled.forEach(graph.constants()::remove);
    return doubled.size();
  }

  private static int fingerprint(MemorySegment data) {
    int hash = 1;
    long step = Math.max(1, data.byteSize() / PROBES);
    for (long at = 0; at < data.byteSize(); at += step) {
      hash = 31 * hash + data.get(ValueLayout.JAVA_BYTE, at);
    }
    return hash;
  }
}
