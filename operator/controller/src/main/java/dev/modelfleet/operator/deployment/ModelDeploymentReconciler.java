package dev.modelfleet.operator.deployment;

import dev.modelfleet.api.v1alpha1.CompressionPolicy;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.operator.OperatorContext;
import dev.modelfleet.operator.deployment.decide.DeploymentDecision;
import dev.modelfleet.operator.deployment.decide.DeploymentDecisions;
import dev.modelfleet.operator.deployment.decide.DeploymentFacts;
import dev.modelfleet.operator.deployment.decide.DeploymentReport;
import dev.modelfleet.operator.deployment.decide.DeploymentStories;
import dev.modelfleet.operator.deployment.decide.References;
import dev.modelfleet.operator.deployment.decide.RolloutState;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.status.StatusReport;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
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
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Serves each ModelDeployment's model, in its proven variants, on its targets. */
@ControllerConfiguration(
    name = "modeldeployment",
    fieldManager = Labels.MODELFLEET,
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 3, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = Integer.MAX_VALUE, initialInterval = 1000, maxInterval = 60_000)
@RateLimited(maxReconciliations = 20, within = 1)
public final class ModelDeploymentReconciler implements Reconciler<ModelDeployment> {

  private static final String BY_POLICY = "policy";
  private static final String BY_TARGET = "hardware-target";
  private static final Duration ASK_AGAIN = Duration.ofSeconds(15);

  private final OperatorContext operator;
  private final SimpleInboundEventSource<ModelDeployment> answers =
      new SimpleInboundEventSource<>("source-answers");
  private final DeploymentFactsReader reader;
  private final DeploymentWrites writes;

  public ModelDeploymentReconciler(OperatorContext operator) {
    this.operator = operator;
    this.reader =
        new DeploymentFactsReader(operator.client(), operator.sources(), answers::propagateEvent);
    this.writes = new DeploymentWrites(operator);
  }

  @Override
  public UpdateControl<ModelDeployment> reconcile(
      ModelDeployment deployment, Context<ModelDeployment> context) {
    Instant now = operator.clock().instant();
    DeploymentFacts facts = reader.read(deployment, context);
    DeploymentDecision decision = DeploymentDecisions.decide(facts, now);
    writes.write(facts, decision, context);
    report(facts, decision, now, context);
    return recheck(decision, now);
  }

  private void report(
      DeploymentFacts facts,
      DeploymentDecision decision,
      Instant now,
      Context<ModelDeployment> context) {
    ModelDeploymentStatus status = DeploymentReport.of(facts, decision, now);
    DeploymentStories.of(facts.status(), status, decision)
        .forEach(story -> operator.events().record(facts.deployment(), story));
    StatusReport.write(facts.deployment(), status, ModelDeployment::new, context);
  }

  private static UpdateControl<ModelDeployment> recheck(DeploymentDecision decision, Instant now) {
    UpdateControl<ModelDeployment> control = UpdateControl.noUpdate();
    return switch (decision.state()) {
      case RolloutState.Underway underway ->
          control.rescheduleAfter(Duration.between(now, underway.deadline()).plusSeconds(1));
      case RolloutState.Unresolved(References.Unresolved missing) ->
          control.rescheduleAfter(ASK_AGAIN);
      default -> control;
    };
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
    return List.of(
        answers,
        owned(ModelVariant.class, context),
        owned(Deployment.class, context),
        owned(DaemonSet.class, context),
        owned(Service.class, context),
        owned(ControllerRevision.class, context),
        policies(context),
        targets(context));
  }

  private static <R extends HasMetadata> EventSource<R, ModelDeployment> owned(
      Class<R> kind, EventSourceContext<ModelDeployment> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(kind, ModelDeployment.class)
            .withLabelSelector(Labels.MANAGED_SELECTOR)
            .build(),
        context);
  }

  private static EventSource<CompressionPolicy, ModelDeployment> policies(
      EventSourceContext<ModelDeployment> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(CompressionPolicy.class, ModelDeployment.class)
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

  private static EventSource<HardwareTarget, ModelDeployment> targets(
      EventSourceContext<ModelDeployment> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(HardwareTarget.class, ModelDeployment.class)
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
