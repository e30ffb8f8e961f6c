package dev.modelfleet.operator.apply;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether an object in the cluster still is what is desired: every desired field is there with the
 * same value. Fields that others set or the API server defaults are not looked at, so that an
 * autoscaler or a sidecar injector causes no write. What was found equal once is not compared again
 * until either of the two changes.
 */
public final class AppliedState {

  private static final Set<String> QUANTITIES = Set.of("limits", "requests", "sizeLimit");
  private static final List<String> MERGE_KEYS =
      List.of("name", "uid", "key", "mountPath", "containerPort", "port", "type");

  private static final int MAX_REMEMBERED = 20_000;

  private final KubernetesSerialization serialization;
  private final Map<String, String> equalBefore = new ConcurrentHashMap<>();

  public AppliedState(KubernetesSerialization serialization) {
    this.serialization = serialization;
  }

  /**
   * Whether applying {@code desired} would change {@code actual}.
   *
   * @param hash of {@code desired}
   */
  public boolean differs(HasMetadata desired, HasMetadata actual, String hash) {
    String uid = actual.getMetadata().getUid();
    String pair = actual.getMetadata().getResourceVersion() + " " + hash;
    if (pair.equals(equalBefore.get(uid))) {
      return false;
    }
    boolean differs = differs(desired, actual);
    if (!differs) {
      remember(uid, pair);
    }
    return differs;
  }

  private void remember(String uid, String pair) {
    if (equalBefore.size() >= MAX_REMEMBERED) {
      equalBefore.clear();
    }
    equalBefore.put(uid, pair);
  }

  /** Whether applying {@code desired} would change {@code actual}. */
  boolean differs(HasMetadata desired, HasMetadata actual) {
    JsonNode want = serialization.convertValue(desired, JsonNode.class);
    JsonNode have = serialization.convertValue(actual, JsonNode.class);
    return !contains(want, have, "");
  }

  private static boolean contains(JsonNode want, JsonNode have, String field) {
    if (want == null || want.isNull()) {
      return true;
    }
    if (have == null || have.isNull()) {
      return want.isContainerNode() && want.isEmpty();
    }
    if (want.isObject()) {
      return want.propertyStream()
          .allMatch(
              entry ->
                  entry.getKey().equals("status")
                      || contains(
                          entry.getValue(),
                          have.get(entry.getKey()),
                          QUANTITIES.contains(field) ? field : entry.getKey()));
    }
    if (want.isArray()) {
      return listContains(want, have);
    }
    return scalarEquals(want, have, field);
  }

  private static boolean listContains(JsonNode want, JsonNode have) {
    String key = mergeKey(want);
    if (key == null) {
      boolean equalLength = want.size() == have.size();
      for (int i = 0; equalLength && i < want.size(); i++) {
        equalLength = contains(want.get(i), have.get(i), "");
      }
      return equalLength;
    }
    return want.valueStream()
        .allMatch(
            element ->
                have.valueStream()
                    .filter(other -> Objects.equals(element.get(key), other.get(key)))
                    .anyMatch(other -> contains(element, other, "")));
  }

  private static String mergeKey(JsonNode list) {
    return MERGE_KEYS.stream()
        .filter(key -> !list.isEmpty() && list.valueStream().allMatch(e -> e.hasNonNull(key)))
        .findFirst()
        .orElse(null);
  }

  private static boolean scalarEquals(JsonNode want, JsonNode have, String field) {
    if (want.equals(have) || want.asText().equals(have.asText())) {
      return true;
    }
    return QUANTITIES.contains(field)
        && Quantity.parse(want.asText())
                .getNumericalAmount()
                .compareTo(Quantity.parse(have.asText()).getNumericalAmount())
            == 0;
  }
}
