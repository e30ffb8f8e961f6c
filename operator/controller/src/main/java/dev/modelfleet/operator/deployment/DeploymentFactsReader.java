package dev.modelfleet.operator.deployment;

import dev.modelfleet.api.v1alpha1.CompressionPolicy;
import dev.modelfleet.api.v1alpha1.CompressionPolicySpec;
import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.LocalReference;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.api.variant.VariantSpecs;
import dev.modelfleet.operator.deployment.decide.DeploymentFacts;
import dev.modelfleet.operator.deployment.decide.Owner;
import dev.modelfleet.operator.deployment.decide.Revision;
import dev.modelfleet.operator.deployment.decide.RevisionRecords;
import dev.modelfleet.operator.deployment.decide.ServingObjects;
import dev.modelfleet.operator.deployment.decide.WorkloadFacts;
import dev.modelfleet.operator.source.Resolution;
import dev.modelfleet.operator.source.SourceResolver;
import dev.modelfleet.operator.status.Conditions;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Observes one ModelDeployment: what it names and what it owns, from caches. */
final class DeploymentFactsReader {

  private final KubernetesClient client;
  private final SourceResolver sources;
  private final FleetSources fleet;
  private final Consumer<ResourceID> wake;
  private final MemberSources members;

  /**
   * A reader.
   *
   * @param wake called with an object when the answer to a question of its has come
   */
  DeploymentFactsReader(
      KubernetesClient client,
      SourceResolver sources,
      FleetSources fleet,
      MemberSources members,
      Consumer<ResourceID> wake) {
    this.client = client;
    this.sources = sources;
    this.fleet = fleet;
    this.wake = wake;
    this.members = members;
  }

  DeploymentFacts read(ModelDeployment deployment, Context<ModelDeployment> context) {
    CompressionPolicy policy =
        context.getSecondaryResourcesAsStream(CompressionPolicy.class).findFirst().orElse(null);
    Map<String, HardwareTarget> targets =
        context
            .getSecondaryResourcesAsStream(HardwareTarget.class)
            .collect(byName(target -> target.getMetadata().getName()));
    Map<String, ModelVariant> variants =
        owned(deployment, context, ModelVariant.class)
            .filter(variant -> variant.getMetadata().getDeletionTimestamp() == null)
            .collect(byName(variant -> variant.getMetadata().getName()));
    List<Revision> revisions =
        owned(deployment, context, ControllerRevision.class)
            .map(RevisionRecords::read)
            .sorted(Comparator.comparingLong(Revision::number))
            .toList();
    Map<String, List<WorkloadFacts>> workloads = workloads(deployment, context);
    return new DeploymentFacts(
        deployment,
        policy,
        targets,
        digests(deployment, policy, revisions),
        variants,
        revisions,
        workloads,
        conflicts(deployment, workloads, variants, targets, context),
        fleet.nodesFor(deployment),
        fleet.podsOf(deployment),
        members.read(deployment, context));
  }

  private static boolean isReady(ModelVariant variant) {
    return variant.getStatus() != null && variant.getStatus().phase() == VariantPhase.READY;
  }

  private static boolean isAccepted(ModelDeployment deployment) {
    return deployment.getStatus() != null
        && Conditions.find(deployment.getStatus().conditions(), ModelDeploymentConditions.ACCEPTED)
            .filter(Condition::isTrue)
            .filter(c -> deployment.getMetadata().getGeneration().equals(c.observedGeneration()))
            .isPresent();
  }

  /** A variant as the cache has it, whoever owns it. */
  static Optional<ModelVariant> cached(Context<ModelDeployment> context, ResourceID id) {
    var source =
        (InformerEventSource<ModelVariant, ModelDeployment>)
            context.eventSourceRetriever().getEventSourceFor(ModelVariant.class);
    return source.get(id);
  }

  /** What a ModelDeployment owns of a kind, alone or with others. */
  static <T extends HasMetadata> Stream<T> owned(
      ModelDeployment deployment, Context<ModelDeployment> context, Class<T> kind) {
    return context
        .getSecondaryResourcesAsStream(kind)
        .filter(object -> Owner.owns(deployment, object));
  }

  private static <T> java.util.stream.Collector<T, ?, Map<String, T>> byName(
      Function<T, String> name) {
    return Collectors.toMap(name, Function.identity(), (a, b) -> b);
  }

  private static Map<String, List<WorkloadFacts>> workloads(
      ModelDeployment deployment, Context<ModelDeployment> context) {
    return Stream.concat(
            owned(deployment, context, Deployment.class).map(WorkloadFacts::of),
            owned(deployment, context, DaemonSet.class).map(WorkloadFacts::of))
        .filter(workload -> workload.target() != null)
        .filter(w -> w.object().getMetadata().getDeletionTimestamp() == null)
        .collect(Collectors.groupingBy(WorkloadFacts::target));
  }

  /** Digests hold for a generation of the spec; new URIs are asked for. */
  private Map<String, Resolution> digests(
      ModelDeployment deployment, CompressionPolicy policy, List<Revision> revisions) {
    var compression = deployment.getSpec().compression();
    CompressionPolicySpec inForce =
        compression != null && compression.inline() != null
            ? compression.inline()
            : policy == null ? null : policy.getSpec();
    Map<String, Resolution> digests = new HashMap<>();
    for (String uri : VariantSpecs.openUris(deployment.getSpec(), inForce)) {
      digests.put(uri, digest(deployment, uri, revisions));
    }
    return digests;
  }

  private Resolution digest(ModelDeployment deployment, String uri, List<Revision> revisions) {
    long generation = deployment.getMetadata().getGeneration();
    Optional<String> pinned =
        revisions.stream()
            .filter(revision -> revision.generation() == generation)
            .map(revision -> revision.pins().get(uri))
            .filter(java.util.Objects::nonNull)
            .reduce((older, newer) -> newer);
    if (pinned.isPresent()) {
      return new Resolution.Resolved(pinned.get());
    }
    LocalReference secret = deployment.getSpec().model().pullSecretRef();
    ResourceID id = ResourceID.fromResource(deployment);
    return sources.resolve(
        new SourceResolver.Question(
            deployment.getMetadata().getNamespace(), uri, secret == null ? null : secret.name()),
        () -> wake.accept(id));
  }

  /**
   * Names that are taken, looked up only for targets that nothing serves yet, and of these only
   * when the spec is new and when a proven variant is about to be served: not at every step of a
   * build.
   */
  private List<String> conflicts(
      ModelDeployment deployment,
      Map<String, List<WorkloadFacts>> workloads,
      Map<String, ModelVariant> variants,
      Map<String, HardwareTarget> targets,
      Context<ModelDeployment> context) {
    if (isAccepted(deployment)
        && variants.values().stream().noneMatch(DeploymentFactsReader::isReady)) {
      return List.of();
    }
    List<String> services =
        owned(deployment, context, Service.class)
            .map(service -> service.getMetadata().getName())
            .toList();
    List<String> conflicts = new ArrayList<>();
    deployment.getSpec().targets().stream()
        .filter(target -> !workloads.containsKey(target.name()))
        .filter(target -> !inMembers(targets.get(target.hardwareTargetRef().name())))
        .map(target -> ServingObjects.name(deployment.getMetadata().getName(), target.name()))
        .filter(name -> !services.contains(name))
        .forEach(name -> taken(deployment, name).ifPresent(conflicts::add));
    return conflicts;
  }

  private static boolean inMembers(HardwareTarget target) {
    return target != null && !target.getSpec().placement().clusterSelector().isEmpty();
  }

  private Optional<String> taken(ModelDeployment deployment, String name) {
    String namespace = deployment.getMetadata().getNamespace();
    return Stream.<HasMetadata>of(
            client.apps().deployments().inNamespace(namespace).withName(name).get(),
            client.apps().daemonSets().inNamespace(namespace).withName(name).get(),
            client.services().inNamespace(namespace).withName(name).get())
        .filter(object -> object != null && !Owner.owns(deployment, object))
        .findFirst()
        .map(
            object ->
                "%s %s is there already and belongs to something else: rename the target or remove it"
                    .formatted(object.getKind(), name));
  }
}
