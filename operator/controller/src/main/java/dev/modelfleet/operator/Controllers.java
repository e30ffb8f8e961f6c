package dev.modelfleet.operator;

import dev.modelfleet.operator.cluster.EdgeClusterReconciler;
import dev.modelfleet.operator.deployment.ModelDeploymentReconciler;
import dev.modelfleet.operator.member.EdgeDeploymentReconciler;
import dev.modelfleet.operator.policy.CompressionPolicyReconciler;
import dev.modelfleet.operator.target.HardwareTargetReconciler;
import dev.modelfleet.operator.variant.ModelVariantReconciler;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import java.time.Duration;
import java.util.Optional;

/** The operator with all its controllers, in the application and in tests alike. */
public final class Controllers {

  /**
   * Of more, each waits longer for processors and the API server; of fewer, the operator waits for
   * answers while it could work.
   */
  private static final int RECONCILER_THREADS =
      Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 4, 10);

  private static final Duration CACHE_SYNC_TIMEOUT = Duration.ofMinutes(5);

  private Controllers() {}

  /**
   * An operator that is not started.
   *
   * @param leaderElection how one of several operators becomes the one that works; empty where
   *     there is only one
   * @param metrics told of each reconciliation
   */
  public static Operator of(
      OperatorContext context,
      Optional<LeaderElectionConfiguration> leaderElection,
      Metrics metrics) {
    Operator operator =
        new Operator(
            configuration -> {
              configuration
                  .withKubernetesClient(context.client())
                  .withCloseClientOnStop(false)
                  .checkingCRDAndValidateLocalModel(false)
                  .withConcurrentReconciliationThreads(RECONCILER_THREADS)
                  .withCacheSyncTimeout(CACHE_SYNC_TIMEOUT)
                  .withMetrics(metrics);
              leaderElection.ifPresent(configuration::withLeaderElectionConfiguration);
            });
    operator.register(new ModelDeploymentReconciler(context));
    operator.register(new ModelVariantReconciler(context));
    operator.register(new HardwareTargetReconciler(context));
    operator.register(new CompressionPolicyReconciler(context));
    operator.register(new EdgeClusterReconciler(context));
    operator.register(
        new EdgeDeploymentReconciler(context.members(), context.clock(), context.client()));
    return operator;
  }
}
