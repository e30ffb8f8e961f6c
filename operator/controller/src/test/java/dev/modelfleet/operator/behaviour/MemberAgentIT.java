package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.operator.agent.AgentSettings;
import dev.modelfleet.operator.agent.MemberAgent;
import dev.modelfleet.operator.harness.MemberUnderTest;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * An agent in a member cluster does what the hub says, with the access that the hub gives it and no
 * more; it goes on, and back, without the hub, and reports when the hub is there again.
 */
@WithTestCluster(nodes = 0)
class MemberAgentIT {

  private final TestCluster cluster;
  private OperatorUnderTest test;
  private MemberUnderTest member;
  private KubernetesClient hub;
  private MemberAgent agent;
  private volatile Duration ahead = Duration.ZERO;

  MemberAgentIT(TestCluster cluster) {
    this.cluster = cluster;
  }

  @BeforeEach
  void start() {
    test = new OperatorUnderTest(cluster);
    test.nodes().script(Samples::succeeds);
    test.start();
    member = new MemberUnderTest(test, cluster);
    member.own();
    member.pull();
    member.awaitConnected("AgentAwaited");
    Config config = Config.fromKubeconfig(member.kubeconfig());
    config.setRequestTimeout(5_000);
    config.setRequestRetryBackoffLimit(0);
    hub =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(config)
                    .withImpersonateUsername(
                        "system:serviceaccount:" + member.hubNamespace() + ":modelfleet-agent")
                    .withImpersonateGroups("system:serviceaccounts", "system:authenticated")
                    .build())
            .build();
    startAgent();
  }

  @AfterEach
  void stop() {
    if (member != null) {
      member.close();
    }
    agent.close();
    hub.close();
    test.close();
  }

  @Test
  void aRevisionIsServedAndReportedAndTheClusterIsConnected() {
    EdgeDeployment served = serving("r1");

    assertThat(served.getStatus().phase()).isEqualTo(DeploymentPhase.HEALTHY);
    test.advance(Duration.ofSeconds(40));
    assertThat(member.awaitConnected("Connected").getStatus().version()).startsWith("v1.");
  }

  @Test
  void withoutTheHubARestartedAgentGoesOnAndBackAndReportsLater() {
    serving("r1");
    member.nodes().hold(true);
    member.want("r2", "r1");
    member.await(ed -> "r2".equals(ed.getStatus().appliedRevision()));
    member.link().cut();

    agent.close();
    ahead = ahead.plusSeconds(30);
    startAgent();

    OperatorUnderTest.await(member::served, Optional.of("r1")::equals, s -> s);
    test.advance(Duration.ofSeconds(60));
    member.awaitConnected("Unreachable");
    assertThat(member.await(ed -> true).getStatus().rejectedRevision())
        .as("the hub can't know yet")
        .isNull();
    member.nodes().hold(false);

    member.link().mend();
    EdgeDeployment reported = member.await(ed -> "r2".equals(ed.getStatus().rejectedRevision()));
    assertThat(reported.getStatus().message()).contains("serves revision r1 again");
    test.advance(Duration.ofSeconds(60));
    member.awaitConnected("Connected");
  }

  @Test
  void whatWasTakenBackWhileTheHubWasAwayIsRemovedWhenItIsBack() {
    EdgeDeployment wanted = serving("r1");
    member.link().cut();
    agent.close();
    test.client().resource(wanted).delete();
    startAgent();
    assertThat(member.served()).contains("r1");

    member.link().mend();

    OperatorUnderTest.await(member::served, Optional::isEmpty, s -> s);
  }

  @Test
  void aClusterThatLeavesIsCleanedByItsAgent() {
    serving("r1");

    member.leave();

    member.awaitGone();
    assertThat(member.served()).isEmpty();
  }

  private EdgeDeployment serving(String revision) {
    member.want(revision, null);
    return member.await(ed -> revision.equals(ed.getStatus().currentRevision()));
  }

  private void startAgent() {
    agent =
        new MemberAgent(
                new AgentSettings(member.name(), Path.of("unused"), member.name(), member.name()),
                test.client(),
                hub,
                (InstantSource) () -> Clock.systemUTC().instant().plus(ahead))
            .start();
  }
}
