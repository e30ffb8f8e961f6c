package dev.modelfleet.operator.deployment;

import dev.modelfleet.api.v1alpha1.CompressionPolicy;
import dev.modelfleet.api.v1alpha1.CompressionPolicySpec;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.LocalReference;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.variant.VariantSpecs;
import dev.modelfleet.operator.analysis.Measurements;
import dev.modelfleet.operator.analysis.decide.Measurement;
import dev.modelfleet.operator.analysis.decide.Question;
import dev.modelfleet.operator.deployment.decide.DeploymentFacts;
import dev.modelfleet.operator.deployment.decide.FleetAnalysis;
import dev.modelfleet.operator.deployment.decide.Owner;
import dev.modelfleet.operator.deployment.decide.Revision;
import dev.modelfleet.operator.deployment.decide.RevisionRecords;
import dev.modelfleet.operator.deployment.decide.WorkloadFacts;
import dev.modelfleet.operator.source.Resolution;
import dev.modelfleet.operator.source.SourceResolver;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Observes one ModelDeployment: what it names and what it owns, from caches. */
final class DeploymentFactsReader {

  private final SourceResolver sources;
  private final FleetSources fleet;
  private final Consumer<ResourceID> wake;
  private final MemberSources members;
  private final TakenNames names;
  private final Measurements measurements;
  private final RouteReader routes;

  /**
   * A reader.
   *
   * @param wake called with an object when the answer to a question of its has come
   */
  DeploymentFactsReader(
      SourceResolver sources,
      FleetSources fleet,
      MemberSources members,
      TakenNames names,
      Measurements measurements,
      RouteReader routes,
      Consumer<ResourceID> wake) {
    this.sources = sources;
    this.fleet = fleet;
    this.wake = wake;
    this.members = members;
    this.names = names;
    this.measurements = measurements;
    this.routes = routes;
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
        names.conflicts(deployment, targets, Set.copyOf(workloads.keySet())),
        fleet.nodesFor(deployment),
        fleet.podsOf(deployment),
        members.read(deployment, context),
        answers(deployment, revisions),
        routes.read(deployment));
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

  /** Asks what the rollout is judged by; each answer wakes the object. */
  private Map<Question, List<Measurement>> answers(
      ModelDeployment deployment, List<Revision> revisions) {
    ResourceID id = ResourceID.fromResource(deployment);
    return measurements.of(FleetAnalysis.questions(deployment, revisions), () -> wake.accept(id));
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
}
