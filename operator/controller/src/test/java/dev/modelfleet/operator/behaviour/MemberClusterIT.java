package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.operator.harness.MemberUnderTest;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.operator.status.Conditions;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.client.Config;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The operator reaches a member cluster: it serves there what is wanted, goes back where that fails
 * there, goes straight to the newest when the cluster was away, and leaves nothing behind.
 */
@WithTestCluster(nodes = 0)
class MemberClusterIT {

  private final TestCluster cluster;
  private OperatorUnderTest test;
  private MemberUnderTest member;

  MemberClusterIT(TestCluster cluster) {
    this.cluster = cluster;
  }

  @BeforeEach
  void start() {
    test = new OperatorUnderTest(cluster);
    test.nodes().script(Samples::succeeds);
    test.start();
    member = new MemberUnderTest(test, cluster);
    member.own();
  }

  @AfterEach
  void stop() {
    member.close();
    test.close();
  }

  @Test
  void aRevisionIsServedAndReported() {
    member.push();
    assertThat(member.awaitConnected("Connected").getStatus().version()).startsWith("v1.");
    member.want("r1", null);

    EdgeDeployment served = member.await(ed -> ed.getStatus().phase() == DeploymentPhase.HEALTHY);

    assertThat(member.served()).contains("r1");
    assertThat(served.getStatus().currentRevision()).isEqualTo("r1");
    assertThat(served.getStatus().available()).isEqualTo(1);
    assertThat(served.getStatus().lastReported()).isNotNull();
    var written =
        test.client().apps().deployments().inNamespace(member.name()).withName("m-edge").get();
    assertThat(written.getMetadata().getManagedFields())
        .anyMatch(f -> f.getManager().equals("modelfleet-member"));
  }

  @Test
  void aRevisionThatFailsThereIsTakenBackThere() {
    serving("r1");
    member.nodes().hold(true);
    member.want("r2", "r1");
    member.await(ed -> "r2".equals(ed.getStatus().appliedRevision()));

    test.advance(Duration.ofSeconds(20));
    EdgeDeployment back = member.await(ed -> "r2".equals(ed.getStatus().rejectedRevision()));

    assertThat(back.getStatus().rejectedReason()).isEqualTo("ProgressDeadlineExceeded");
    OperatorUnderTest.await(member::served, Optional.of("r1")::equals, s -> s);
    member.nodes().hold(false);
    member.want("r3", "r1");
    member.await(ed -> "r3".equals(ed.getStatus().currentRevision()));
  }

  @Test
  void aClusterThatWasAwayGoesStraightToTheNewest() {
    serving("r1");
    member.link().cut();
    member.want("r2", "r1");
    test.advance(Duration.ofMinutes(1));
    member.awaitConnected("Unreachable");
    EdgeDeployment away =
        member.await(
            ed ->
                Conditions.find(ed.getStatus().conditions(), "Applied")
                    .filter(c -> c.reason().equals("Unreachable"))
                    .isPresent());
    assertThat(away.getStatus().rejectedRevision()).isNull();
    assertThat(away.getStatus().available()).isEqualTo(1);

    member.want("r3", "r1");
    member.link().mend();
    test.advance(Duration.ofMinutes(2));

    member.await(ed -> "r3".equals(ed.getStatus().currentRevision()));
    assertThat(member.served()).contains("r3");
    member.awaitConnected("Connected");
  }

  @Test
  void anArgoCdClusterSecretIsTakenAsItIs() {
    Config config = Config.fromKubeconfig(member.kubeconfig());
    String access =
        """
        {"bearerToken": "%s",
         "tlsClientConfig": {"caData": "%s", "serverName": "127.0.0.1"}}
        """
            .formatted(config.getAutoOAuthToken(), config.getCaCertData());
    member.push(
        Map.of("argocd.argoproj.io/secret-type", "cluster"),
        Map.of(
            "name",
            "edge",
            "server",
            config.getMasterUrl().replace("127.0.0.1", "localhost"),
            "config",
            access));

    member.awaitConnected("Connected");
    member.want("r1", null);
    member.await(ed -> ed.getStatus().phase() == DeploymentPhase.HEALTHY);
  }

  @Test
  void credentialsThatNeedAProgramAreRefused() {
    member.push(
        Map.of("argocd.argoproj.io/secret-type", "cluster"),
        Map.of(
            "name", "edge",
            "server", "https://127.0.0.1:1",
            "config", "{\"execProviderConfig\":{\"command\":\"argocd-k8s-auth\"}}"));

    EdgeCluster refused = member.awaitConnected("CredentialsNotSupported");

    assertThat(MemberUnderTest.connected(refused).orElseThrow().message())
        .contains("execProviderConfig", "use a bearerToken or tlsClientConfig");
  }

  @Test
  void whatIsNoLongerWantedIsRemovedThere() {
    EdgeDeployment wanted = serving("r1");

    test.client().resource(wanted).delete();

    OperatorUnderTest.await(member::served, Optional::isEmpty, s -> s);
  }

  @Test
  void aClusterThatLeavesIsCleaned() {
    serving("r1");

    member.leave();

    member.awaitGone();
    assertThat(member.served()).isEmpty();
    assertThat(test.client().namespaces().withName(member.hubNamespace()).get())
        .satisfiesAnyOf(
            namespace -> assertThat(namespace).isNull(),
            namespace -> assertThat(namespace.getMetadata().getDeletionTimestamp()).isNotNull());
  }

  @Test
  void aClusterThatLeavesWhileItIsAwayHoldsNothingUpForLong() {
    serving("r1");
    member.link().cut();
    member.leave();

    test.advance(Duration.ofMinutes(3));

    member.awaitGone();
    assertThat(member.served()).contains("r1");
    test.client().apps().deployments().inNamespace(member.name()).delete();
  }

  @Test
  void whatBelongsToSomeoneElseIsLeftAlone() {
    member.push();
    member.awaitConnected("Connected");
    var foreign = member.foreignDeployment();
    member.want("r1", null);

    EdgeDeployment refused =
        member.await(
            ed ->
                Conditions.find(ed.getStatus().conditions(), "Applied")
                    .filter(c -> c.reason().equals("NameConflict"))
                    .isPresent());

    assertThat(refused.getStatus().message()).contains("m-edge", "belongs to something else");
    assertThat(member.served()).isEmpty();
    test.client().resource(foreign).delete();
  }

  private EdgeDeployment serving(String revision) {
    member.push();
    member.awaitConnected("Connected");
    member.want(revision, null);
    return member.await(ed -> revision.equals(ed.getStatus().currentRevision()));
  }
}
