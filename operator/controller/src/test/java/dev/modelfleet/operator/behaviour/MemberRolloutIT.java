package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.operator.harness.MemberUnderTest;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.operator.member.decide.MemberNames;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.status.Conditions;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A ModelDeployment whose HardwareTarget selects member clusters is served there and not in the
 * hub; the hub needs no node of the class.
 */
@WithTestCluster(nodes = 0)
class MemberRolloutIT {

  private final TestCluster cluster;
  private OperatorUnderTest test;
  private MemberUnderTest member;

  MemberRolloutIT(TestCluster cluster) {
    this.cluster = cluster;
  }

  @BeforeEach
  void start() {
    test = new OperatorUnderTest(cluster);
    test.nodes().script(Samples::succeeds);
    test.start();
    member = new MemberUnderTest(test, cluster);
    member.push();
    member.awaitConnected("Connected");
    String dataset = test.registry().push("datasets/evaluation:1", "samples");
    test.create(Samples.policy(test.namespace(), "embeddings", dataset));
    test.create(Samples.memberTarget("pool-" + member.name(), member.name()));
  }

  @AfterEach
  void stop() {
    member.close();
    test.close();
  }

  @Test
  void aModelIsServedInTheMemberAndProvenWithoutANodeInTheHub() {
    deploy("models/minilm:1");

    ModelDeployment ready = test.awaitReason("m", "Ready", "Ready");

    assertThat(ready.getStatus().available()).isEqualTo(1);
    assertThat(served()).isNotEmpty();
    assertThat(test.client().apps().deployments().inNamespace(test.namespace()).list().getItems())
        .isEmpty();
    assertThat(test.variants())
        .singleElement()
        .satisfies(
            variant ->
                assertThat(variant.getStatus().conditions())
                    .anyMatch(c -> c.reason().equals("ProvenByBuilder")));
  }

  @Test
  void aRevisionThatFailsInTheMemberIsTakenBackEverywhere() {
    deploy("models/minilm:1");
    ModelDeployment good = test.awaitReason("m", "Ready", "Ready");
    member.nodes().hold(true);
    editModel("models/bad:2");
    await(ed -> !good.getStatus().currentRevision().equals(ed.getStatus().appliedRevision()));

    test.advance(Duration.ofSeconds(30));
    ModelDeployment back =
        test.awaitDeployment("m", md -> !md.getStatus().rejectedRevisions().isEmpty());

    assertThat(back.getStatus().currentRevision()).isEqualTo(good.getStatus().currentRevision());
    member.nodes().hold(false);
    await(ed -> good.getStatus().currentRevision().equals(ed.getStatus().appliedRevision()));
  }

  @Test
  void aClusterThatIsAwayHoldsNothingUpAndGoesStraightToTheNewest() {
    deploy("models/minilm:1");
    test.awaitReason("m", "Ready", "Ready");
    String first = served().orElseThrow();
    member.link().cut();
    test.advance(Duration.ofMinutes(1));
    member.awaitConnected("Unreachable");

    editModel("models/second:2");
    test.awaitVariant(
        v -> v.getSpec().modelName().equals("second") && v.getStatus().phase() != null);
    editModel("models/third:3");
    test.awaitVariant(
        v ->
            v.getSpec().modelName().equals("third") && v.getStatus().phase() == VariantPhase.READY);
    assertThat(served()).contains(first);

    member.link().mend();
    test.advance(Duration.ofMinutes(2));
    ModelDeployment ready = test.awaitReason("m", "Ready", "Ready");
    assertThat(served()).isPresent().get().asString().startsWith("third");
    assertThat(ready.getStatus().rejectedRevisions()).isEmpty();
  }

  @Test
  void aTargetWithoutAClusterWaitsForOneAndNoDeadlineRuns() {
    label(member.name() + "-elsewhere");
    deploy("models/minilm:1");
    ModelDeployment waiting = test.awaitReason("m", "Progressing", "NoClustersMatch");
    test.advance(Duration.ofMinutes(10));
    editModel("models/second:2");
    test.awaitVariant(
        v ->
            v.getSpec().modelName().equals("second")
                && v.getStatus().phase() == VariantPhase.READY);

    assertThat(waiting.getStatus().message())
        .contains("target pool: no EdgeCluster has the labels test=" + member.name())
        .contains("test=" + member.name() + "-elsewhere")
        .contains("correct placement.clusterSelector of HardwareTarget pool-" + member.name());
    label(member.name());
    ModelDeployment ready = test.awaitReason("m", "Ready", "Ready");
    assertThat(ready.getStatus().rejectedRevisions()).isEmpty();
    assertThat(served()).get().asString().startsWith("second");
  }

  @Test
  void aNewRevisionWaitsForTheMaintenanceWindow() {
    deploy("models/minilm:1");
    test.awaitReason("m", "Ready", "Ready");
    String first = served().orElseThrow();
    LocalTime now = LocalTime.now(ZoneOffset.UTC);
    patchCluster(
        "{\"spec\":{\"maintenanceWindows\":[{\"from\":\"%tR\",\"to\":\"%tR\"}]}}"
            .formatted(now.plusHours(2), now.plusHours(4)));
    awaitOpen("OutsideWindows");

    editModel("models/second:2");
    ModelDeployment waiting = test.awaitReason("m", "Progressing", "OutsideWindows");
    assertThat(waiting.getStatus().message())
        .contains("target pool: none of 1 member clusters", "EdgeCluster " + member.name());
    assertThat(served()).contains(first);

    test.advance(Duration.ofHours(2).plusMinutes(1));
    awaitOpen("WindowOpen");
    OperatorUnderTest.await(
        () -> served().orElse(""), variant -> variant.startsWith("second"), variant -> variant);
    assertThat(test.awaitReason("m", "Ready", "Ready").getStatus().rejectedRevisions()).isEmpty();
  }

  private void awaitOpen(String reason) {
    OperatorUnderTest.await(
        () -> test.client().resources(EdgeCluster.class).withName(member.name()).get(),
        cluster ->
            Conditions.find(cluster.getStatus().conditions(), "OpenForChanges")
                .filter(open -> open.reason().equals(reason))
                .isPresent(),
        EdgeCluster::getStatus);
  }

  private void label(String value) {
    patchCluster("{\"metadata\":{\"labels\":{\"test\":\"" + value + "\"}}}");
  }

  private void patchCluster(String patch) {
    test.client()
        .resources(EdgeCluster.class)
        .withName(member.name())
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  @Test
  void whatTheModelDeploymentMadeGoesWithIt() {
    deploy("models/minilm:1");
    ModelDeployment ready = test.awaitReason("m", "Ready", "Ready");

    test.client().resource(ready).delete();

    OperatorUnderTest.await(this::served, Optional::isEmpty, s -> s);
    OperatorUnderTest.await(
        () ->
            test.client().resources(EdgeDeployment.class).inNamespace(member.hubNamespace()).list(),
        list -> list.getItems().isEmpty(),
        list -> list);
  }

  @Test
  void theSecretWithWhichPodsPullIsCopied() {
    test.client()
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(test.namespace())
                .withName("regcred")
                .endMetadata()
                .withType("kubernetes.io/dockerconfigjson")
                .withStringData(Map.of(".dockerconfigjson", "{\"auths\":{}}"))
                .build())
        .create();
    member.nodes().hold(true);
    deploy("models/minilm:1");
    edit("{\"model\":{\"pullSecretRef\":{\"name\":\"regcred\"}}}");

    OperatorUnderTest.await(
        () ->
            Optional.ofNullable(
                test.client().secrets().inNamespace(member.name()).withName("regcred").get()),
        Optional::isPresent,
        s -> s);
    member.nodes().hold(false);
    test.awaitReason("m", "Ready", "Ready");
  }

  private void deploy(String model) {
    test.create(
        Samples.deployment(
            test.namespace(),
            "m",
            test.registry().push(model, model),
            "embeddings",
            "pool=pool-" + member.name()));
    edit("{\"rollout\":{\"progressDeadlineSeconds\":10}}");
  }

  private void editModel(String name) {
    edit("{\"model\":{\"uri\":\"" + test.registry().push(name, name) + "\"}}");
  }

  private void edit(String spec) {
    test.client()
        .resources(ModelDeployment.class)
        .inNamespace(test.namespace())
        .withName("m")
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":" + spec + "}");
  }

  private EdgeDeployment await(java.util.function.Predicate<EdgeDeployment> wanted) {
    return OperatorUnderTest.await(
        () ->
            test.client()
                .resources(EdgeDeployment.class)
                .inNamespace(member.hubNamespace())
                .withName(MemberNames.deployment(test.namespace(), "m"))
                .get(),
        found -> found.getStatus() != null && wanted.test(found),
        EdgeDeployment::getStatus);
  }

  /** Name of the variant that the member serves. */
  private Optional<String> served() {
    return Optional.ofNullable(
            test.client().apps().deployments().inNamespace(member.name()).withName("m-pool").get())
        .map(Deployment::getMetadata)
        .map(meta -> meta.getLabels().get(Labels.VARIANT));
  }
}
