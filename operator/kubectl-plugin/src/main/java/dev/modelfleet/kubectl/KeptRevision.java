package dev.modelfleet.kubectl;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.RejectedRevision;
import dev.modelfleet.operator.name.Labels;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A revision of a ModelDeployment that is kept in the cluster.
 *
 * @param hash as the status names it
 * @param number higher for newer ones
 * @param created when it was first seen, as RFC 3339
 * @param variants name of the ModelVariant of each target, by target
 */
record KeptRevision(String hash, long number, String created, Map<String, String> variants) {

  /** The revisions of a ModelDeployment, oldest first. */
  static List<KeptRevision> of(KubernetesClient client, ModelDeployment deployment) {
    return client
        .apps()
        .controllerRevisions()
        .withLabel(Labels.MANAGED_BY, Labels.MODELFLEET)
        .list()
        .getItems()
        .stream()
        .filter(revision -> owns(deployment, revision))
        .map(KeptRevision::of)
        .sorted(Comparator.comparingLong(KeptRevision::number))
        .toList();
  }

  private static boolean owns(ModelDeployment deployment, ControllerRevision revision) {
    return revision.getMetadata().getOwnerReferences().stream()
        .anyMatch(owner -> deployment.getMetadata().getUid().equals(owner.getUid()));
  }

  static KeptRevision of(ControllerRevision object) {
    var meta = object.getMetadata();
    return new KeptRevision(
        meta.getLabels().get(Labels.REVISION),
        object.getRevision(),
        meta.getCreationTimestamp(),
        variants(fields(object)));
  }

  /** What a revision keeps; the client reads it as one type or another, by what it looks like. */
  static Map<?, ?> fields(ControllerRevision object) {
    Map<?, ?> fields = Serialization.jsonMapper().convertValue(object.getData(), Map.class);
    return fields == null ? Map.of() : fields;
  }

  private static Map<String, String> variants(Map<?, ?> fields) {
    if (fields.get("plans") instanceof List<?> plans) {
      return plans.stream()
          .filter(Map.class::isInstance)
          .map(plan -> (Map<?, ?>) plan)
          .collect(
              Collectors.toMap(
                  plan -> String.valueOf(plan.get("name")),
                  plan -> String.valueOf(plan.get("variant")),
                  (a, b) -> b,
                  java.util.TreeMap::new));
    }
    return Map.of();
  }

  /** The history for people, oldest first. */
  static String table(ModelDeployment deployment, List<KeptRevision> revisions) {
    TextTable table = new TextTable("NUMBER", "REVISION", "CREATED", "STATE", "VARIANTS");
    for (KeptRevision revision : revisions) {
      table.row(
          revision.number(),
          revision.hash(),
          revision.created(),
          String.join(", ", revision.states(deployment)),
          revision.variants().entrySet().stream()
              .map(entry -> entry.getKey() + "=" + entry.getValue())
              .collect(Collectors.joining(" ")));
    }
    return table.text();
  }

  private List<String> states(ModelDeployment deployment) {
    var status = deployment.getStatus();
    List<String> states = new ArrayList<>();
    if (status == null) {
      return states;
    }
    if (hash.equals(status.currentRevision())) {
      states.add("serves");
    } else if (hash.equals(status.updateRevision())) {
      states.add("wanted");
    }
    status.rejectedRevisions().stream()
        .filter(rejected -> rejected.revision().equals(hash))
        .map(RejectedRevision::reason)
        .forEach(states::add);
    return states;
  }

  /**
   * The revision that a user names by its number or its hash, or, for null, the newest one before
   * the one that serves.
   */
  static KeptRevision find(ModelDeployment deployment, List<KeptRevision> kept, String named) {
    Optional<KeptRevision> found =
        named == null
            ? before(deployment, kept)
            : kept.stream()
                .filter(r -> r.hash().equals(named) || Long.toString(r.number()).equals(named))
                .findFirst();
    return found.orElseThrow(
        () ->
            new CommandException(
                named == null
                    ? "there is no earlier revision to go back to: see kubectl modelfleet history"
                    : "revision %s is not kept: choose one of %s"
                        .formatted(named, kept.stream().map(KeptRevision::hash).toList())));
  }

  private static Optional<KeptRevision> before(
      ModelDeployment deployment, List<KeptRevision> kept) {
    String current =
        deployment.getStatus() == null ? null : deployment.getStatus().currentRevision();
    long number =
        kept.stream()
            .filter(r -> r.hash().equals(current))
            .mapToLong(KeptRevision::number)
            .findFirst()
            .orElse(0);
    return kept.stream()
        .filter(r -> r.number() < number)
        .max(Comparator.comparingLong(KeptRevision::number));
  }
}
