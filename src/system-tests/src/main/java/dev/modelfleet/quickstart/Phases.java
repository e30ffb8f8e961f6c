package dev.modelfleet.quickstart;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Where the time from apply to Ready went, read off the objects' conditions. */
final class Phases {

  private Phases() {}

  /** One line a step, in the order in which they ended. */
  static List<String> of(ModelDeployment deployment, List<ModelVariant> variants) {
    Instant start = Instant.parse(deployment.getMetadata().getCreationTimestamp());
    record End(Instant at, String what) {}
    List<End> ends = new ArrayList<>();
    for (ModelVariant variant : variants) {
      for (Condition condition : variant.getStatus().conditions()) {
        if (condition.isTrue()) {
          ends.add(
              new End(
                  Instant.parse(condition.lastTransitionTime()),
                  variant.getMetadata().getName() + " " + condition.type()));
        }
      }
    }
    for (Condition condition : deployment.getStatus().conditions()) {
      if (condition.isTrue()) {
        ends.add(
            new End(
                Instant.parse(condition.lastTransitionTime()),
                deployment.getMetadata().getName() + " " + condition.type()));
      }
    }
    return ends.stream()
        .sorted(Comparator.comparing(End::at))
        .map(
            end ->
                "  %3d s  %s".formatted(Duration.between(start, end.at()).toSeconds(), end.what()))
        .toList();
  }
}
