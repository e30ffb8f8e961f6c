package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.EdgeRevision;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What stays: the revision that the spec asks for, the last good one, those that are served, and as
 * many earlier ones as the spec says; and the variants of all of these.
 *
 * @param revisions by hash
 * @param variants by name
 */
record Retention(Set<String> revisions, Set<String> variants) {

  private static final int DEFAULT_LIMIT = 3;

  static Retention of(DeploymentFacts facts, Revision update, String current) {
    Set<String> revisions = new HashSet<>();
    if (update != null) {
      revisions.add(update.hash());
    }
    revisions.add(current);
    facts.workloads().values().stream()
        .flatMap(List::stream)
        .map(WorkloadFacts::revision)
        .forEach(revisions::add);
    facts.members().deployments().values().stream()
        .flatMap(told -> Stream.of(told.getSpec().update(), told.getSpec().stable()))
        .filter(Objects::nonNull)
        .map(EdgeRevision::revision)
        .forEach(revisions::add);
    Integer limit = facts.deployment().getSpec().revisionHistoryLimit();
    facts.revisions().stream()
        .filter(revision -> !revisions.contains(revision.hash()) && proven(revision, facts))
        .sorted(Comparator.comparingLong(Revision::number).reversed())
        .limit(limit == null ? DEFAULT_LIMIT : limit)
        .map(Revision::hash)
        .toList()
        .forEach(revisions::add);
    revisions.removeIf(Objects::isNull);
    Set<String> variants = new HashSet<>();
    Stream.concat(facts.revisions().stream(), Stream.ofNullable(update))
        .filter(revision -> revisions.contains(revision.hash()))
        .flatMap(revision -> revision.plans().stream())
        .map(TargetPlan::variant)
        .forEach(variants::add);
    facts.workloads().values().stream()
        .flatMap(List::stream)
        .map(WorkloadFacts::variant)
        .filter(Objects::nonNull)
        .forEach(variants::add);
    return new Retention(revisions, variants);
  }

  /** A revision that was superseded while it was built is nothing to go back to. */
  private static boolean proven(Revision revision, DeploymentFacts facts) {
    return revision.plans().stream()
        .map(plan -> facts.variants().get(plan.variant()))
        .allMatch(
            variant ->
                variant != null
                    && variant.getStatus() != null
                    && variant.getStatus().phase() == VariantPhase.READY);
  }
}
