package dev.modelfleet.operator.member.decide;

import dev.modelfleet.api.v1alpha1.EdgeRevision;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.util.List;

/**
 * What is done in a member cluster now.
 *
 * @param serve the revision to serve
 * @param apply its objects
 * @param remove objects that no longer belong to it
 * @param rejection of the wanted revision; null where it was not rejected
 * @param complete whether every pod serves {@code serve} already
 * @param progressTime when pods last made progress; null where none has to be made
 */
public record MemberPlan(
    EdgeRevision serve,
    List<HasMetadata> apply,
    List<HasMetadata> remove,
    Rejection rejection,
    boolean complete,
    Instant progressTime) {

  /**
   * Why a revision is not tried again in this cluster.
   *
   * @param revision that failed
   * @param reason UpperCamelCase
   * @param message one sentence
   */
  public record Rejection(String revision, String reason, String message) {}
}
