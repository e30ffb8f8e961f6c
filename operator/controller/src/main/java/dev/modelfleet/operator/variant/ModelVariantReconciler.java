package dev.modelfleet.operator.variant;

import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.ModelVariantConditions.Reason;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.operator.OperatorContext;
import dev.modelfleet.operator.cache.PrunedStore;
import dev.modelfleet.operator.event.EventRecorder;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.placement.NodeEventSource;
import dev.modelfleet.operator.status.StatusReport;
import dev.modelfleet.operator.variant.decide.RefusedJob;
import dev.modelfleet.operator.variant.decide.RuntimeJobs;
import dev.modelfleet.operator.variant.decide.VariantDecision;
import dev.modelfleet.operator.variant.decide.VariantDecisions;
import dev.modelfleet.operator.variant.decide.VariantFacts;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
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
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Builds, proves and settles ModelVariants. */
@ControllerConfiguration(
    name = "modelvariant",
    fieldManager = Labels.MODELFLEET,
    informer = @Informer(labelSelector = Labels.MANAGED_SELECTOR, itemStore = PrunedStore.class),
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 3, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = Integer.MAX_VALUE, initialInterval = 1000, maxInterval = 60_000)
@RateLimited(maxReconciliations = 20, within = 1)
public final class ModelVariantReconciler implements Reconciler<ModelVariant> {

  private static final String BY_TARGET = "hardware-target";

  /** A Job that was found in place of being made may have ended: nothing more is heard of it. */
  private static final Duration AFTER_START = Duration.ofSeconds(5);

  private final OperatorContext operator;
  private final VariantFactsReader reader;
  private final RuntimeJobs jobs;
  private final JobWrites writes;
  private final EventRecorder events;

  public ModelVariantReconciler(OperatorContext operator) {
    this.operator = operator;
    this.reader = new VariantFactsReader(operator.client(), operator.nodes());
    this.jobs = new RuntimeJobs(operator.settings(), operator.pods());
    this.writes = new JobWrites(operator.client());
    this.events = operator.events();
  }

  @Override
  public UpdateControl<ModelVariant> reconcile(
      ModelVariant variant, Context<ModelVariant> context) {
    Instant now = operator.clock().instant();
    VariantFacts facts = reader.read(variant, now, context);
    VariantDecision decision = apply(facts, VariantDecisions.decide(facts, now), now);
    decision.stories().forEach(story -> events.record(variant, story));
    StatusReport.write(variant, decision.status(), ModelVariant::new, context);
    return recheck(decision);
  }

  private VariantDecision apply(VariantFacts facts, VariantDecision decision, Instant now) {
    ModelVariant variant = facts.variant();
    var status = decision.status();
    try {
      switch (decision) {
        case VariantDecision.StartBuild build ->
            writes.create(jobs.build(variant, status.attempt(), status.excludedRecipes()));
        case VariantDecision.StartProbe probe ->
            writes.create(
                jobs.probe(
                    variant,
                    status.attempt(),
                    VariantFacts.probeTry(status),
                    status.artifact().reference(),
                    status.artifact().size(),
                    probe.node(),
                    probe.requestsDevice()));
        case VariantDecision.Wait wait -> {
          return wait;
        }
      }
      return decision;
    } catch (JobWrites.RefusedException e) {
      return RefusedJob.decide(facts, decision, Reason.POD_NOT_STARTED, e.getMessage(), now);
    }
  }

  private static UpdateControl<ModelVariant> recheck(VariantDecision decision) {
    UpdateControl<ModelVariant> control = UpdateControl.noUpdate();
    Duration again = decision instanceof VariantDecision.Wait wait ? wait.recheck() : AFTER_START;
    return again == null ? control : control.rescheduleAfter(again);
  }

  @Override
  public List<EventSource<?, ModelVariant>> prepareEventSources(
      EventSourceContext<ModelVariant> context) {
    context
        .getPrimaryCache()
        .addIndexer(BY_TARGET, variant -> List.of(variant.getSpec().target().hardwareTarget()));
    return List.of(
        jobs(context),
        pods(context),
        targets(context),
        new NodeEventSource<>(
            operator.nodes(),
            node ->
                context
                    .getPrimaryCache()
                    .list(variant -> waits(variant) && node.matches(labels(variant)))
                    .map(ResourceID::fromResource)
                    .collect(Collectors.toSet())));
  }

  private static EventSource<?, ModelVariant> jobs(EventSourceContext<ModelVariant> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(Job.class, ModelVariant.class)
            .withItemStore(PrunedStore.ofJobs())
            .withLabelSelector(Labels.MANAGED_SELECTOR)
            .build(),
        context);
  }

  private static EventSource<?, ModelVariant> pods(EventSourceContext<ModelVariant> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(Pod.class, ModelVariant.class)
            .withItemStore(PrunedStore.ofPods())
            .withLabelSelector(Labels.JOB_PODS_SELECTOR)
            .withSecondaryToPrimaryMapper(
                pod ->
                    Set.of(
                        new ResourceID(
                            pod.getMetadata().getLabels().get(Labels.VARIANT),
                            pod.getMetadata().getNamespace())))
            .build(),
        context);
  }

  /** A target's nodes come and go: variants that wait for one look again. */
  private static EventSource<?, ModelVariant> targets(EventSourceContext<ModelVariant> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(HardwareTarget.class, ModelVariant.class)
            .withItemStore(new PrunedStore<>())
            .withSecondaryToPrimaryMapper(
                target ->
                    context
                        .getPrimaryCache()
                        .byIndex(BY_TARGET, target.getMetadata().getName())
                        .stream()
                        .filter(ModelVariantReconciler::waits)
                        .map(ResourceID::fromResource)
                        .collect(Collectors.toSet()))
            .withPrimaryToSecondaryMapper(
                (ModelVariant variant) ->
                    Set.of(new ResourceID(variant.getSpec().target().hardwareTarget())))
            .build(),
        context);
  }

  /** Also one that is only about to: its place may be looked for while the node comes. */
  private static boolean waits(ModelVariant variant) {
    return variant.getStatus() == null
        || (variant.getStatus().phase() != VariantPhase.READY
            && variant.getStatus().phase() != VariantPhase.REJECTED);
  }

  private static Map<String, String> labels(ModelVariant variant) {
    return VariantFactsReader.labels(variant.getSpec().target());
  }
}
