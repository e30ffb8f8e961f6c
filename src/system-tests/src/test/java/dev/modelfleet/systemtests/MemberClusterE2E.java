package dev.modelfleet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.testclusters.CuttableLink;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model reaches a second cluster, by push and by pull. While the two do not reach each other the
 * member serves on; when they do again it has the newest revision, and nothing in between.
 */
@WithProduct
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MemberClusterE2E {

  private static final String NAMESPACE = "member-models";
  private static final String SHOP = "shop";
  private static final String DEPOT = "member-depot";
  private static final String OF_SHOP = "modelfleet-cluster-" + SHOP;
  private static final String OF_DEPOT = "modelfleet-cluster-" + DEPOT;
  private static final String TARGET = "member-edge";
  private static final String AGENT_OF_SHOP =
      "system:serviceaccount:" + OF_SHOP + ":modelfleet-agent";

  private final Product product;
  @TempDir private Path files;
  private MemberCluster member;
  private Workspace workspace;
  private CuttableLink link;

  MemberClusterE2E(Product product) {
    this.product = product;
  }

  @BeforeAll
  void startMember() {
    member = new MemberCluster(product, "member-" + ProcessHandle.current().pid());
  }

  @AfterAll
  void stopMember() {
    if (member != null) {
      member.close();
    }
  }

  @BeforeEach
  void prepare() throws IOException {
    workspace = new Workspace(product, NAMESPACE);
    workspace.applyTinyPolicy(
        "policy",
        product.push(
            "member/data:1",
            TinyModel.writeData(files.resolve("d.npz"), "x", TinyModel.INPUTS, 16)));
    workspace.apply(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: HardwareTarget
        metadata: {name: %s}
        spec:
          device: {class: CPU, architecture: amd64, precisions: [FP32, INT8]}
          engine: {name: ONNXRuntime, executionProvider: CPU}
          placement:
            mode: PerNode
            clusterSelector: {region: north}
            nodeSelector: {node.kubernetes.io/instance-type: k3s}
        """
            .formatted(TARGET));
  }

  /** Clusters that leave are cleaned, here by the operator and there by their agent. */
  @AfterEach
  void clear() {
    if (link != null) {
      link.mend();
    }
    for (String cluster : Set.of(SHOP, DEPOT)) {
      var found = product.client().resources(EdgeCluster.class).withName(cluster);
      found.delete();
      found.waitUntilCondition(left -> left == null, 150, TimeUnit.SECONDS);
    }
    var left = member.client().apps().daemonSets().inNamespace(NAMESPACE).list().getItems();
    if (link != null) {
      link.close();
    }
    member.clear(NAMESPACE);
    workspace.deleteTargets(TARGET);
    workspace.close();
    product.deleteNamespace(DEPOT);
    assertThat(left).as("left in the member").isEmpty();
  }

  @Test
  void aClusterThatIsCutOffInMidWaveServesOnAndGoesStraightToTheNewest() throws Exception {
    link = member.linkFrom(product);
    pushTheHubItself(DEPOT);
    pushAsArgoCdDoes(SHOP);
    deploy(1, 120);
    workspace.awaitReady("m");
    String first = shopRevision();
    Set<String> applied = new ConcurrentSkipListSet<>();
    try (Watch watch = member.watchRevisions(NAMESPACE, "m-edge", applied);
        InferenceCalls calls =
            new InferenceCalls(member.serviceAddress(NAMESPACE, "m-edge"), "m")) {
      deploy(2, 120);
      DaemonSet begun = member.await(NAMESPACE, "m-edge", set -> !is(first).test(set));
      link.cut();
      String second = MemberCluster.revision(begun);
      assertThat(MemberCluster.serves(begun)).as("cut off before the wave is done").isFalse();

      awaitConnected(SHOP, "Unreachable");
      deploy(3, 120);
      String middle = awaitCurrent(first, second);
      assertThat(workspace.deployment("m").get().getStatus().message())
          .isEqualTo(
              "every target serves revision %s, but for one unit that is away or outside its maintenance windows"
                  .formatted(middle));
      awaitTold(middle);
      deploy(4, 120);
      String newest = awaitCurrent(first, second, middle);
      EdgeDeployment away = awaitTold(newest);
      assertThat(away.getStatus().currentRevision()).as("all that the hub knows").isEqualTo(first);
      DaemonSet alone = member.await(NAMESPACE, "m-edge", MemberCluster::serves);
      assertThat(MemberCluster.revision(alone)).isEqualTo(second);

      link.mend();
      DaemonSet caughtUp =
          member.await(
              NAMESPACE, "m-edge", set -> is(newest).test(set) && MemberCluster.serves(set));
      awaitConnected(SHOP, "Connected");
      workspace.await("m", md -> md.getStatus().readiness().equals("2/2"));

      assertThat(applied).containsExactlyInAnyOrder(first, second, newest);
      assertThat(caughtUp.getMetadata().getGeneration())
          .as("written once since it was cut off")
          .isEqualTo(begun.getMetadata().getGeneration() + 1);
      assertThat(calls.failures()).isEmpty();
      assertThat(calls.answers()).isGreaterThan(50);
    }
  }

  @Test
  void anAgentServesOnWithoutTheHubAlsoAfterARestartAndGoesBackByItself() throws Exception {
    link = member.linkTo(product);
    installAgent();
    deploy(1, 20);
    workspace.awaitReady("m");
    String good = shopRevision();
    try (InferenceCalls calls =
        new InferenceCalls(member.serviceAddress(NAMESPACE, "m-edge"), "m")) {
      workspace.apply(tooLarge());
      member.await(NAMESPACE, "m-edge", set -> !is(good).test(set));
      link.cut();

      member.killAgent();
      member.await(NAMESPACE, "m-edge", set -> is(good).test(set) && MemberCluster.serves(set));
      EdgeDeployment unheard = awaitTold(good);
      assertThat(unheard.getStatus().observedGeneration())
          .as("the hub, whose deadline is over too, has heard nothing")
          .isLessThan(unheard.getMetadata().getGeneration());

      link.mend();
      await(
          ed ->
              ed.getMetadata().getGeneration().equals(ed.getStatus().observedGeneration())
                  && ed.getStatus().phase() == DeploymentPhase.HEALTHY
                  && good.equals(ed.getStatus().currentRevision()));
      assertThat(workspace.deployment("m").get().getStatus().rejectedRevisions())
          .singleElement()
          .satisfies(r -> assertThat(r.reason()).isEqualTo("ProgressDeadlineExceeded"));
      assertThat(calls.failures()).isEmpty();
      assertThat(calls.answers()).isGreaterThan(50);
    }
    assertThat(product.may(AGENT_OF_SHOP, "get", "modelfleet.dev", "edgedeployments", OF_SHOP))
        .isTrue();
    assertThat(product.may(AGENT_OF_SHOP, "get", "modelfleet.dev", "edgedeployments", OF_DEPOT))
        .isFalse();
    assertThat(product.may(AGENT_OF_SHOP, "patch", "modelfleet.dev", "edgedeployments", OF_SHOP))
        .isFalse();
    assertThat(product.may(AGENT_OF_SHOP, "get", "modelfleet.dev", "modeldeployments", NAMESPACE))
        .isFalse();
    assertThat(product.may(AGENT_OF_SHOP, "get", "", "secrets", NAMESPACE)).isFalse();
  }

  /** A site that never goes away: the hub's own cluster, in a namespace of its own. */
  private void pushTheHubItself(String name) throws IOException {
    applySecret(
        name, Map.of(), Map.of("kubeconfig", Files.readString(product.cluster().kubeconfig())));
    applyCluster(
        name,
        "{kubeconfigSecretRef: {namespace: %s, name: %s}, namespace: %s}"
            .formatted(NAMESPACE, name, DEPOT));
    awaitConnected(name, "Connected");
  }

  private void pushAsArgoCdDoes(String name) throws IOException {
    Config access = member.access();
    String config =
        new JsonMapper()
            .writeValueAsString(
                Map.of(
                    "bearerToken",
                    access.getAutoOAuthToken(),
                    "tlsClientConfig",
                    Map.of(
                        "caData",
                        access.getCaCertData(),
                        "serverName",
                        MemberCluster.SERVER_NAME)));
    applySecret(
        name,
        Map.of("argocd.argoproj.io/secret-type", "cluster"),
        Map.of("name", name, "server", "https://" + link.address(), "config", config));
    applyCluster(name, "kubeconfigSecretRef: {namespace: %s, name: %s}".formatted(NAMESPACE, name));
    awaitConnected(name, "Connected");
  }

  private void applySecret(String name, Map<String, String> labels, Map<String, String> entries) {
    product
        .client()
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NAMESPACE)
                .withLabels(labels)
                .endMetadata()
                .withStringData(entries)
                .build())
        .create();
  }

  private void installAgent() {
    applyCluster(SHOP, "mode: Pull");
    awaitConnected(SHOP, "AgentAwaited");
    member.installAgent(product, link, SHOP);
    awaitConnected(SHOP, "Connected");
  }

  private void applyCluster(String name, String spec) {
    workspace.apply(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: EdgeCluster
        metadata: {name: %1$s, labels: {region: north, site: %1$s}}
        spec:
          %2$s
        """
            .formatted(name, spec));
  }

  private void awaitConnected(String name, String reason) {
    product
        .client()
        .resources(EdgeCluster.class)
        .withName(name)
        .waitUntilCondition(
            found ->
                found != null
                    && found.getStatus() != null
                    && found.getStatus().conditions().stream()
                        .anyMatch(c -> c.type().equals("Connected") && c.reason().equals(reason)),
            120,
            TimeUnit.SECONDS);
  }

  /** Waits until a revision that is none of these is rolled out wherever it can be. */
  private String awaitCurrent(String... others) {
    return workspace
        .await(
            "m",
            md ->
                md.getStatus().currentRevision() != null
                    && !Set.of(others).contains(md.getStatus().currentRevision()))
        .getStatus()
        .currentRevision();
  }

  private EdgeDeployment awaitTold(String revision) {
    return await(ed -> revision.equals(ed.getSpec().update().revision()));
  }

  /** Waits until what the shop is to run, and says of it, is as wanted. */
  private EdgeDeployment await(Predicate<EdgeDeployment> wanted) {
    return product
        .client()
        .resources(EdgeDeployment.class)
        .inNamespace(OF_SHOP)
        .withName(NAMESPACE + ".m")
        .waitUntilCondition(
            found -> found != null && found.getStatus() != null && wanted.test(found),
            120,
            TimeUnit.SECONDS);
  }

  private String shopRevision() {
    return MemberCluster.revision(member.daemonSet(NAMESPACE, "m-edge"));
  }

  private static Predicate<DaemonSet> is(String revision) {
    return set -> revision.equals(MemberCluster.revision(set));
  }

  private void deploy(int version, int deadlineSeconds) throws IOException {
    String model =
        product.push(
            "member/m%d:1".formatted(version),
            TinyModel.write(files.resolve("m%d.onnx".formatted(version)), version));
    workspace.apply(deployment(model, deadlineSeconds, ""));
  }

  /** No node has so much memory: the pods of this revision can't be placed. */
  private String tooLarge() {
    return deployment(
        workspace.deployment("m").get().getSpec().model().uri(),
        20,
        "resources: {requests: {memory: 900Gi}, limits: {memory: 900Gi}}");
  }

  private static String deployment(String model, int deadlineSeconds, String resources) {
    return """
    apiVersion: modelfleet.dev/v1alpha1
    kind: ModelDeployment
    metadata: {name: m}
    spec:
      model: {uri: "%s"}
      compression: {policyRef: {name: policy}}
      rollout:
        progressDeadlineSeconds: %d
        waves: [{name: depot, selector: {clusters: {site: member-depot}}}]
      targets:
        - name: edge
          hardwareTargetRef: {name: %s}
          %s
    """
        .formatted(model, deadlineSeconds, TARGET, resources);
  }
}
