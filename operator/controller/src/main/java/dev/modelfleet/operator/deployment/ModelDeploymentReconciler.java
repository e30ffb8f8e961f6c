package dev.modelfleet.operator.deployment;

import dev.modelfleet.api.v1alpha1.CompressionPolicy;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.operator.OperatorContext;
import dev.modelfleet.operator.cache.PrunedStore;
import dev.modelfleet.operator.deployment.decide.DeploymentDecision;
import dev.modelfleet.operator.deployment.decide.DeploymentDecisions;
import dev.modelfleet.operator.deployment.decide.DeploymentFacts;
import dev.modelfleet.operator.deployment.decide.DeploymentReport;
import dev.modelfleet.operator.deployment.decide.DeploymentStories;
import dev.modelfleet.operator.deployment.decide.References;
import dev.modelfleet.operator.deployment.decide.WorkloadFacts;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.status.StatusReport;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.rate.RateLimited;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Serves each ModelDeployment's model, in its proven variants, on its targets. */
@ControllerConfiguration(
    name = "modeldeployment",
    fieldManager = Labels.MODELFLEET,
    generationAwareEventProcessing = false,
    informer = @Informer(itemStore = PrunedStore.class, onUpdateFilter = RequestFilter.class),
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 3, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = Integer.MAX_VALUE, initialInterval = 1000, maxInterval = 60_000)
// What happens within a second to the variants and workloads of one object is looked at once.
@RateLimited(maxReconciliations = 2, within = 1)
public final class ModelDeploymentReconciler implements Reconciler<ModelDeployment> {

  private static final String BY_POLICY = "policy";
  private static final String BY_TARGET = "hardware-target";

  private final OperatorContext operator;
  private final SimpleInboundEventSource<ModelDeployment> answers =
      new SimpleInboundEventSource<>("source-answers");
  private final ReportPace pace = new ReportPace();
  private final FleetSources fleet;
  private EventSourceContext<ModelDeployment> sourceContext;
  private final MemberSources members = new MemberSources(this::users);
  private final DeploymentFactsReader reader;
  private final DeploymentWrites writes;

  public ModelDeploymentReconciler(OperatorContext operator) {
    this.operator = operator;
    this.fleet = new FleetSources(operator.nodes());
    TakenNames names = new TakenNames(operator.client());
    RouteReader routes = new RouteReader(operator.client(), operator.clock());
    this.reader =
        new DeploymentFactsReader(
            operator.sources(),
            fleet,
            members,
            names,
            operator.measurements(),
            routes,
            answers::propagateEvent);
    this.writes = new DeploymentWrites(operator, names, routes, answers::propagateEvent);
  }

  @Override
  public UpdateControl<ModelDeployment> reconcile(
      ModelDeployment deployment, Context<ModelDeployment> context) {
    Instant now = operator.clock().instant();
    DeploymentFacts facts = reader.read(deployment, context);
    DeploymentDecision decision = DeploymentDecisions.decide(facts, now);
    writes.write(facts, decision, context);
    Optional<Instant> held = report(facts, decision, now, context);
    return held.map(until -> soon(until, now)).orElseGet(() -> NextLook.of(facts, decision, now));
  }

  /**
   * Writes the status and tells what changed.
   *
   * @return when to do so, where it is not yet time
   */
  private Optional<Instant> report(
      DeploymentFacts facts,
      DeploymentDecision decision,
      Instant now,
      Context<ModelDeployment> context) {
    ModelDeploymentStatus status = DeploymentReport.of(facts, decision, now);
    Optional<Instant> held = pace.heldUntil(facts, status, now, context);
    if (held.isPresent()) {
      return held;
    }
    DeploymentStories.of(facts, status, decision)
        .forEach(story -> operator.events().record(facts.deployment(), story));
    if (StatusReport.write(facts.deployment(), status, ModelDeployment::new, context)) {
      pace.wrote(facts.deployment(), status, now);
    }
    return Optional.empty();
  }

  private static UpdateControl<ModelDeployment> soon(Instant time, Instant now) {
    return UpdateControl.<ModelDeployment>noUpdate().rescheduleAfter(Duration.between(now, time));
  }

  @Override
  public List<EventSource<?, ModelDeployment>> prepareEventSources(
      EventSourceContext<ModelDeployment> context) {
    var cache = context.getPrimaryCache();
    cache.addIndexer(
        BY_POLICY,
        md ->
            References.policyName(md)
                .map(name -> key(md.getMetadata().getNamespace(), name))
                .stream()
                .toList());
    cache.addIndexer(BY_TARGET, md -> List.copyOf(References.targetNames(md)));
    sourceContext = context;
    InformerEventSource<HardwareTarget, ModelDeployment> targets = targets(context);
    List<EventSource<?, ModelDeployment>> sources = new ArrayList<>(members.all(context, targets));
    sources.addAll(
        List.of(
            answers,
            owned(ModelVariant.class, this::concernsAllOwners, context),
            owned(
                Deployment.class,
                (now, before) -> !WorkloadFacts.of(now).tellsTheSame(WorkloadFacts.of(before)),
                context),
            owned(
                DaemonSet.class,
                (now, before) -> !WorkloadFacts.of(now).tellsTheSame(WorkloadFacts.of(before)),
                context),
            owned(Service.class, (now, before) -> true, context),
            owned(PodDisruptionBudget.class, (now, before) -> true, context),
            owned(
                HorizontalPodAutoscaler.class,
                (now, before) -> !Objects.equals(now.getSpec(), before.getSpec()),
                context),
            owned(ControllerRevision.class, (now, before) -> true, context),
            policies(context),
            targets,
            fleet.nodes(context),
            fleet.pods(context)));
    return sources;
  }

  private Set<ResourceID> users(HardwareTarget target) {
    return ids(sourceContext.getPrimaryCache().byIndex(BY_TARGET, target.getMetadata().getName()));
  }

  private static <R extends HasMetadata> EventSource<R, ModelDeployment> owned(
      Class<R> kind, OnUpdateFilter<R> matters, EventSourceContext<ModelDeployment> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(kind, ModelDeployment.class)
            .withLabelSelector(Labels.MANAGED_SELECTOR)
            .withItemStore(new PrunedStore<>())
            .withOnUpdateFilter(matters)
            .build(),
        context);
  }

  /**
   * A variant that only gained an owner concerns nobody but that owner, who is woken: else each of
   * a thousand users of a variant would look again for each of the others.
   */
  private boolean concernsAllOwners(ModelVariant now, ModelVariant before) {
    var meta = now.getMetadata();
    boolean changed =
        !Objects.equals(now.getStatus(), before.getStatus())
            || !Objects.equals(meta.getGeneration(), before.getMetadata().getGeneration())
            || meta.getDeletionTimestamp() != null;
    if (!changed) {
      meta.getOwnerReferences().stream()
          .filter(owner -> !before.getMetadata().getOwnerReferences().contains(owner))
          .map(owner -> new ResourceID(owner.getName(), meta.getNamespace()))
          .forEach(answers::propagateEvent);
    }
    return changed;
  }

  /** What users write; how many use it, for instance, concerns none of them. */
  private static boolean specChanged(HasMetadata now, HasMetadata before) {
    return !Objects.equals(now.getMetadata().getGeneration(), before.getMetadata().getGeneration());
  }

  private static EventSource<CompressionPolicy, ModelDeployment> policies(
      EventSourceContext<ModelDeployment> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(CompressionPolicy.class, ModelDeployment.class)
            .withItemStore(new PrunedStore<>())
            .withOnUpdateFilter(ModelDeploymentReconciler::specChanged)
            .withSecondaryToPrimaryMapper(
                policy ->
                    ids(
                        context
                            .getPrimaryCache()
                            .byIndex(
                                BY_POLICY,
                                key(
                                    policy.getMetadata().getNamespace(),
                                    policy.getMetadata().getName()))))
            .withPrimaryToSecondaryMapper(
                (ModelDeployment md) ->
                    References.policyName(md)
                        .map(name -> new ResourceID(name, md.getMetadata().getNamespace()))
                        .map(Set::of)
                        .orElseGet(Set::of))
            .build(),
        context);
  }

  private static InformerEventSource<HardwareTarget, ModelDeployment> targets(
      EventSourceContext<ModelDeployment> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(HardwareTarget.class, ModelDeployment.class)
            .withItemStore(new PrunedStore<>())
            .withOnUpdateFilter(ModelDeploymentReconciler::specChanged)
            .withSecondaryToPrimaryMapper(
                target ->
                    ids(
                        context
                            .getPrimaryCache()
                            .byIndex(BY_TARGET, target.getMetadata().getName())))
            .withPrimaryToSecondaryMapper(
                (ModelDeployment md) ->
                    References.targetNames(md).stream()
                        .map(ResourceID::new)
                        .collect(Collectors.toSet()))
            .build(),
        context);
  }

  private static Set<ResourceID> ids(List<ModelDeployment> deployments) {
    return deployments.stream().map(ResourceID::fromResource).collect(Collectors.toSet());
  }

  private static String key(String namespace, String name) {
    return namespace + "/" + name;
  }
}
