package dev.modelfleet.operator.policy;

import dev.modelfleet.api.v1alpha1.Compression;
import dev.modelfleet.api.v1alpha1.CompressionPolicy;
import dev.modelfleet.api.v1alpha1.CompressionPolicyStatus;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentSpecBuilder;
import dev.modelfleet.operator.OperatorContext;
import dev.modelfleet.operator.cache.PrunedStore;
import dev.modelfleet.operator.deployment.decide.References;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.policy.decide.PolicyAcceptance;
import dev.modelfleet.operator.status.StatusReport;
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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Reports whether each CompressionPolicy can be used and by how many it is. */
@ControllerConfiguration(
    name = "compressionpolicy",
    fieldManager = Labels.MODELFLEET,
    informer = @Informer(itemStore = PrunedStore.class),
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 3, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = Integer.MAX_VALUE, initialInterval = 1000, maxInterval = 60_000)
@RateLimited(maxReconciliations = 2, within = 1)
public final class CompressionPolicyReconciler implements Reconciler<CompressionPolicy> {

  private static final String BY_POLICY = "policy";

  private final OperatorContext operator;
  private InformerEventSource<ModelDeployment, CompressionPolicy> deployments;

  public CompressionPolicyReconciler(OperatorContext operator) {
    this.operator = operator;
  }

  @Override
  public UpdateControl<CompressionPolicy> reconcile(
      CompressionPolicy policy, Context<CompressionPolicy> context) {
    var meta = policy.getMetadata();
    int users = deployments.byIndex(BY_POLICY, key(meta.getNamespace(), meta.getName())).size();
    CompressionPolicyStatus status =
        PolicyAcceptance.judge(policy, users, operator.clock().instant());
    StatusReport.write(policy, status, CompressionPolicy::new, context);
    return UpdateControl.noUpdate();
  }

  @Override
  public List<EventSource<?, CompressionPolicy>> prepareEventSources(
      EventSourceContext<CompressionPolicy> context) {
    deployments =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(ModelDeployment.class, CompressionPolicy.class)
                .withItemStore(new PrunedStore<>(CompressionPolicyReconciler::keepName))
                .withSecondaryToPrimaryMapper(CompressionPolicyReconciler::policy)
                .withOnUpdateFilter(
                    (now, before) ->
                        !References.policyName(now).equals(References.policyName(before)))
                .build(),
            context);
    deployments.addIndexers(
        Map.of(
            BY_POLICY,
            md ->
                References.policyName(md)
                    .map(name -> key(md.getMetadata().getNamespace(), name))
                    .stream()
                    .toList()));
    return List.of(deployments);
  }

  /** Of ModelDeployments only the policy's name is looked at. */
  private static void keepName(ModelDeployment deployment) {
    Compression compression = deployment.getSpec().compression();
    deployment.setSpec(ModelDeploymentSpecBuilder.builder().compression(compression).build());
    deployment.setStatus(null);
  }

  private static Set<ResourceID> policy(ModelDeployment deployment) {
    return References.policyName(deployment)
        .map(name -> Set.of(new ResourceID(name, deployment.getMetadata().getNamespace())))
        .orElseGet(Set::of);
  }

  private static String key(String namespace, String name) {
    return namespace + "/" + name;
  }
}
