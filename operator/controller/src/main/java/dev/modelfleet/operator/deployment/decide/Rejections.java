package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions.Reason;
import dev.modelfleet.api.v1alpha1.RejectedRevision;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The revisions that are not tried again, newest first. */
final class Rejections {

  private static final int MAX = 10;
  private static final int MAX_MESSAGE = 512;

  private final List<RejectedRevision> list;

  Rejections(List<RejectedRevision> standing) {
    this.list = new ArrayList<>(standing);
  }

  List<RejectedRevision> list() {
    return List.copyOf(list);
  }

  /** Adds a revision, unless it is there; a failure on devices outweighs a rejected variant. */
  void add(Revision revision, String reason, String message, Instant now) {
    boolean device = !Reason.VARIANT_REJECTED.equals(reason);
    if (device) {
      list.removeIf(
          r -> r.revision().equals(revision.hash()) && Reason.VARIANT_REJECTED.equals(r.reason()));
    }
    if (list.stream().noneMatch(r -> r.revision().equals(revision.hash()))) {
      String bounded =
          message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE - 1) + "…";
      list.addFirst(
          new RejectedRevision(
              revision.hash(), reason, bounded, now.truncatedTo(ChronoUnit.SECONDS).toString()));
      while (list.size() > MAX) {
        list.removeLast();
      }
    }
  }

  /** Why a revision failed on devices or was aborted. */
  Optional<RejectedRevision> failure(Revision revision) {
    return list.stream()
        .filter(r -> r.revision().equals(revision.hash()))
        .filter(r -> !Reason.VARIANT_REJECTED.equals(r.reason()))
        .findFirst();
  }
}
