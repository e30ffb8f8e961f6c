package dev.modelfleet.compression.prune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The groups of channels that can be removed from a graph. */
final class ChannelGroups {

  private ChannelGroups() {}

  /** In the order of their roots; equal graphs give equal lists. */
  static List<ChannelGroup> of(ChannelGraph channels) {
    Map<Integer, Integer> widths = new TreeMap<>();
    for (Layer layer : Layer.of(channels.graph())) {
      Map<Integer, Integer> counts = new LinkedHashMap<>();
      int[] along = channels.roots(layer.weights())[layer.outAxis()];
      Arrays.stream(along).forEach(root -> counts.merge(root, 1, Integer::sum));
      counts.forEach((root, count) -> widths.merge(root, count, Math::min));
    }
    widths.remove(Atoms.FROZEN);
    Map<Integer, StringBuilder> places = new HashMap<>();
    channels.graph().constants().keySet().stream()
        .filter(channels::isKnown)
        .forEach(constant -> note(channels, constant, places));
    Map<String, Integer> families = new LinkedHashMap<>();
    List<ChannelGroup> groups = new ArrayList<>();
    widths.forEach(
        (root, width) -> {
          String key = places.get(root) + " " + width;
          int family = families.computeIfAbsent(key, k -> families.size());
          groups.add(new ChannelGroup(root, family, width));
        });
    return groups;
  }

  private static void note(
      ChannelGraph channels, String constant, Map<Integer, StringBuilder> places) {
    int[][] roots = channels.roots(constant);
    for (int axis = 0; axis < roots.length; axis++) {
      String place = constant + "/" + axis + ";";
      Arrays.stream(roots[axis])
          .distinct()
          .filter(root -> root != Atoms.FROZEN)
          .forEach(root -> places.computeIfAbsent(root, r -> new StringBuilder()).append(place));
    }
  }
}
