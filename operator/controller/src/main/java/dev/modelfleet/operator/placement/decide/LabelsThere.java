package dev.modelfleet.operator.placement.decide;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What to compare with where a label selector selects nothing. */
public final class LabelsThere {

  private static final int AT_MOST = 5;

  private LabelsThere() {}

  /** A selector as kubectl takes it, for instance {@code region=north,site=shop}. */
  public static String text(Map<String, String> selector) {
    return new TreeMap<>(selector)
        .entrySet().stream()
            .map(label -> label.getKey() + "=" + label.getValue())
            .collect(Collectors.joining(","));
  }

  /**
   * Says which values of a selector's labels there are.
   *
   * @param kind of the objects, in the plural
   * @param objects the labels of each object
   * @return for instance {@code the EdgeClusters have region=east; region=south}
   */
  public static String of(
      String kind, Map<String, String> selector, Collection<Map<String, String>> objects) {
    if (objects.isEmpty()) {
      return "there are no " + kind;
    }
    Set<String> keys = selector.keySet();
    Set<String> present =
        objects.stream()
            .map(labels -> text(only(labels, keys)))
            .filter(text -> !text.isEmpty())
            .collect(Collectors.toCollection(TreeSet::new));
    if (present.isEmpty()) {
      return "no one of the " + kind + " has a label " + String.join(" or ", new TreeSet<>(keys));
    }
    List<String> shown = present.stream().limit(AT_MOST).toList();
    String more = present.size() > AT_MOST ? " and " + (present.size() - AT_MOST) + " others" : "";
    return "the " + kind + " have " + String.join("; ", shown) + more;
  }

  private static Map<String, String> only(Map<String, String> labels, Set<String> keys) {
    return labels.entrySet().stream()
        .filter(label -> keys.contains(label.getKey()))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
