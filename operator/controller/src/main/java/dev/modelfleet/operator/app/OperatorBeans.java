package dev.modelfleet.operator.app;

import dev.modelfleet.operator.Controllers;
import dev.modelfleet.operator.OperatorContext;
import dev.modelfleet.operator.OperatorSettings;
import dev.modelfleet.operator.agent.AgentSettings;
import dev.modelfleet.operator.agent.HubAccess;
import dev.modelfleet.operator.agent.MemberAgent;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Optional;

/** The operator and what it is made of, from the environment. */
@Singleton
public final class OperatorBeans {

  private static final String LEASE = "modelfleet-operator";

  @Produces
  @Singleton
  OperatorSettings settings() {
    return OperatorSettings.from(System.getenv());
  }

  @Produces
  @Singleton
  OperatorContext context(KubernetesClient client, OperatorSettings settings) {
    return OperatorContext.of(client, settings, InstantSource.system());
  }

  void close(@Disposes OperatorContext context) {
    context.close();
  }

  @Produces
  @Singleton
  Operator operator(OperatorContext context, MeterRegistry registry) {
    return Controllers.of(
        context, Optional.of(leaderElection(context)), new ReconcileMetrics(registry));
  }

  @Produces
  @Singleton
  AgentSettings agentSettings() {
    return AgentSettings.from(System.getenv());
  }

  @Produces
  @Singleton
  MemberAgent agent(AgentSettings settings, KubernetesClient member) {
    return new MemberAgent(
        settings, member, HubAccess.client(settings.hubKubeconfig()), InstantSource.system());
  }

  /**
   * One operator works at a time; another takes over when the Lease has run out. A pod that starts
   * its container again keeps its name, and so its Lease.
   */
  private static LeaderElectionConfiguration leaderElection(OperatorContext context) {
    String namespace =
        Optional.ofNullable(context.settings().leaseNamespace())
            .or(() -> Optional.ofNullable(context.client().getNamespace()))
            .orElse("default");
    return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LEASE)
        .withLeaseNamespace(namespace)
        .withIdentity(System.getenv().getOrDefault("HOSTNAME", "operator"))
        .build();
  }
}
