package dev.modelfleet.operator.member;

import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.operator.cache.PrunedStore;
import dev.modelfleet.operator.member.decide.MemberReport;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.status.StatusReport;
import io.fabric8.kubernetes.client.KubernetesClient;
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
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands each EdgeDeployment to whoever works on its cluster and reports what came of it: the same
 * in the hub's operator and in a cluster's agent.
 */
@ControllerConfiguration(
    name = "edgedeployment",
    fieldManager = Labels.MODELFLEET,
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 3, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = Integer.MAX_VALUE, initialInterval = 1000, maxInterval = 15_000)
@RateLimited(maxReconciliations = 10, within = 1)
public final class EdgeDeploymentReconciler implements Reconciler<EdgeDeployment> {

  private static final Logger LOG = LoggerFactory.getLogger(EdgeDeploymentReconciler.class);
  private static final String BY_OWNER = "owner";

  private final EdgeDeploymentDesk desk;
  private final InstantSource clock;
  private final KubernetesClient hub;
  private final Outcomes outcomes = new Outcomes();

  /** In a cluster's agent, which makes and removes nothing in the hub. */
  public EdgeDeploymentReconciler(EdgeDeploymentDesk desk, InstantSource clock) {
    this(desk, clock, null);
  }

  /**
   * In the hub.
   *
   * @param hub by which EdgeDeployments are removed whose ModelDeployment is gone, for owner
   *     references do not cross namespaces; null elsewhere
   */
  public EdgeDeploymentReconciler(
      EdgeDeploymentDesk desk, InstantSource clock, KubernetesClient hub) {
    this.desk = desk;
    this.clock = clock;
    this.hub = hub;
  }

  @Override
  public UpdateControl<EdgeDeployment> reconcile(
      EdgeDeployment deployment, Context<EdgeDeployment> context) {
    if (hub != null && isOrphan(deployment, context)) {
      LOG.info(
          "removing EdgeDeployment {}/{}: its ModelDeployment is gone",
          deployment.getMetadata().getNamespace(),
          deployment.getMetadata().getName());
      hub.resource(deployment).delete();
      return UpdateControl.noUpdate();
    }
    Instant now = clock.instant();
    desk.desire(deployment);
    desk.outcome(deployment, now)
        .map(status -> MemberReport.stamped(status, deployment.getStatus(), now))
        .ifPresent(status -> StatusReport.write(deployment, status, EdgeDeployment::new, context));
    return UpdateControl.noUpdate();
  }

  /** The cache may be younger than the ModelDeployment: the API server has the last word. */
  private boolean isOrphan(EdgeDeployment deployment, Context<EdgeDeployment> context) {
    if (context.getSecondaryResourcesAsStream(ModelDeployment.class).anyMatch(is(deployment))) {
      return false;
    }
    ModelDeployment owner =
        hub.resources(ModelDeployment.class)
            .inNamespace(deployment.getSpec().deployment().namespace())
            .withName(deployment.getSpec().deployment().name())
            .get();
    return owner == null || !is(deployment).test(owner);
  }

  private static Predicate<ModelDeployment> is(EdgeDeployment deployment) {
    return owner -> owner.getMetadata().getUid().equals(deployment.getSpec().deployment().uid());
  }

  @Override
  public List<EventSource<?, EdgeDeployment>> prepareEventSources(
      EventSourceContext<EdgeDeployment> context) {
    desk.wakeBy(outcomes::propagateEvent);
    return hub == null ? List.of(outcomes) : List.of(outcomes, owners(context));
  }

  private static EventSource<ModelDeployment, EdgeDeployment> owners(
      EventSourceContext<EdgeDeployment> context) {
    context
        .getPrimaryCache()
        .addIndexer(
            BY_OWNER,
            ed ->
                List.of(
                    key(ed.getSpec().deployment().namespace(), ed.getSpec().deployment().name())));
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(ModelDeployment.class, EdgeDeployment.class)
            .withItemStore(new PrunedStore<>(EdgeDeploymentReconciler::keepName))
            .withSecondaryToPrimaryMapper(
                md ->
                    context
                        .getPrimaryCache()
                        .byIndex(
                            BY_OWNER,
                            key(md.getMetadata().getNamespace(), md.getMetadata().getName()))
                        .stream()
                        .map(ResourceID::fromResource)
                        .collect(Collectors.toSet()))
            .withPrimaryToSecondaryMapper(
                (EdgeDeployment ed) ->
                    Set.of(
                        new ResourceID(
                            ed.getSpec().deployment().name(),
                            ed.getSpec().deployment().namespace())))
            .withOnUpdateFilter((now, before) -> false)
            .build(),
        context);
  }

  /** Of ModelDeployments only whether they are there is looked at. */
  private static void keepName(ModelDeployment deployment) {
    deployment.setSpec(null);
    deployment.setStatus(null);
  }

  private static String key(String namespace, String name) {
    return namespace + "/" + name;
  }

  /** Brings what came of EdgeDeployments in, and is told of those that are gone. */
  private final class Outcomes extends SimpleInboundEventSource<EdgeDeployment>
      implements ResourceEventAware<EdgeDeployment> {

    Outcomes() {
      super("outcomes");
    }

    @Override
    public void onResourceDeleted(EdgeDeployment deployment) {
      desk.forget(deployment);
    }
  }
}
