package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.operator.agent.AgentSettings;
import dev.modelfleet.operator.agent.HubAccess;
import dev.modelfleet.operator.agent.MemberAgent;
import dev.modelfleet.operator.harness.MemberUnderTest;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent in a member cluster does what the hub says, with the access that the hub gives it and no
 * more; it goes on, and back, without the hub, and reports when the hub is there again.
 */
@WithTestCluster(nodes = 0)
class MemberAgentIT {

  private final TestCluster cluster;
  @TempDir private Path files;
  private Path kubeconfig;
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
    kubeconfig = files.resolve("kubeconfig");
    member.pull();
    member.awaitConnected("AgentAwaited");
    renewToken("first");
    hub = HubAccess.client(kubeconfig);
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

  @Test
  void aClusterThatLeavesWhileItsAgentIsAwayHoldsNothingUpForLong() {
    serving("r1");
    member.link().cut();
    member.leave();

    test.advance(Duration.ofMinutes(3));

    member.awaitGone();
    assertThat(member.served()).contains("r1");
  }

  @Test
  void aTokenThatIsRenewedIsTakenUpWithoutARestart() {
    serving("r1");
    String old = Config.fromKubeconfig(kubeconfig.toFile()).getAutoOAuthToken();
    member.link().cut();
    test.client().secrets().inNamespace(member.hubNamespace()).withName("first").delete();
    OperatorUnderTest.await(() -> accepted(old), accepted -> !accepted, accepted -> accepted);
    member.link().mend();

    renewToken("second");
    member.want("r2", "r1");

    member.await(ed -> "r2".equals(ed.getStatus().currentRevision()));
  }

  /** Gives the agent a token that holds as long as a Secret is there. */
  private void renewToken(String secret) {
    var bound =
        test.client()
            .resource(
                new SecretBuilder()
                    .withNewMetadata()
                    .withNamespace(member.hubNamespace())
                    .withName(secret)
                    .endMetadata()
                    .build())
            .create();
    String token =
        test.client()
            .serviceAccounts()
            .inNamespace(member.hubNamespace())
            .withName("modelfleet-agent")
            .tokenRequest(
                new TokenRequestBuilder()
                    .withNewSpec()
                    .withNewBoundObjectRef()
                    .withApiVersion("v1")
                    .withKind("Secret")
                    .withName(secret)
                    .withUid(bound.getMetadata().getUid())
                    .endBoundObjectRef()
                    .endSpec()
                    .build())
            .getStatus()
            .getToken();
    Config admin = Config.fromKubeconfig(member.kubeconfig());
    try {
      Files.writeString(kubeconfig, member.kubeconfig().replace(admin.getAutoOAuthToken(), token));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean accepted(String token) {
    Config config = Config.fromKubeconfig(cluster.kubeconfig().toFile());
    config.setAutoOAuthToken(null);
    config.setOauthToken(token);
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      client.resources(EdgeDeployment.class).inNamespace(member.hubNamespace()).list();
      return true;
    } catch (KubernetesClientException e) {
      assertThat(e.getCode()).isEqualTo(401);
      return false;
    }
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
