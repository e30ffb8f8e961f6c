package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.SampleFleet;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.operator.harness.StandInNodes.JobEnd;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A user who writes something wrong, or whose registry or model is wrong, reads in a condition what
 * it is, and in an Event; what served before serves on.
 */
@WithTestCluster(nodes = 0)
class BadInputIT {

  private OperatorUnderTest test;
  private SampleFleet fleet;

  @BeforeEach
  void start(TestCluster cluster) {
    test = new OperatorUnderTest(cluster);
    test.nodes().script(Samples::succeeds);
    fleet = new SampleFleet(test);
    test.start();
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @Test
  void aMissingPolicyIsNamedAndWhatServesServesOn() {
    fleet.deployed("m");

    fleet.edit("m", "{\"compression\":{\"policyRef\":{\"name\":\"nowhere\"}}}");

    ModelDeployment after = test.awaitReason("m", "ResolvedRefs", "PolicyMissing");
    assertThat(message(after, "ResolvedRefs"))
        .isEqualTo(
            "CompressionPolicy nowhere does not exist in namespace %s: create it or correct spec.compression.policyRef",
            test.namespace());
    assertThat(message(after, "Stalled")).contains("nowhere");
    assertServing(after);
    assertThat(test.events("ModelDeployment", "PolicyMissing")).hasSize(1);
  }

  @Test
  void aMissingTargetIsNamed() {
    test.create(
        Samples.deployment(
            test.namespace(),
            "m",
            test.registry().push("models/m:1", "m"),
            "embeddings",
            "edge=nowhere"));

    ModelDeployment after = test.awaitReason("m", "ResolvedRefs", "TargetMissing");

    assertThat(message(after, "ResolvedRefs"))
        .isEqualTo(
            "HardwareTarget nowhere of target edge does not exist: create it or correct spec.targets");
    assertThat(test.variants()).isEmpty();
  }

  @Test
  void aTagThatDoesNotExistIsNamed() {
    fleet.deploy("m", "oci://" + test.registry().address() + "/models/none:7");

    ModelDeployment after = test.awaitReason("m", "ResolvedRefs", "SourceNotFound");

    assertThat(message(after, "ResolvedRefs"))
        .isEqualTo(
            "registry %s has no models/none:7: check repository and tag, or push it",
            test.registry().address());
    assertThat(test.events("ModelDeployment", "SourceNotFound")).hasSize(1);
  }

  @Test
  void aRegistryThatRefusesIsReported() {
    fleet.deploy("m", test.registry().refuse("models/secret:1", 401));

    ModelDeployment after = test.awaitReason("m", "ResolvedRefs", "RegistryAuth");

    assertThat(message(after, "ResolvedRefs")).contains("set pullSecretRef");
  }

  @Test
  void aRegistryThatHangsHoldsUpNothingElse() {
    for (int i = 0; i < 6; i++) {
      fleet.deploy("hanging-" + i, test.registry().refuse("models/hanging:" + i, 0));
    }

    fleet.deploy("fine");

    test.awaitReason("fine", "Ready", "Ready");
    ModelDeployment hanging = test.awaitReason("hanging-3", "ResolvedRefs", "SourceUnreachable");
    assertThat(OperatorUnderTest.condition(hanging, "ResolvedRefs").orElseThrow().status())
        .isEqualTo(Condition.Status.UNKNOWN);
    assertThat(OperatorUnderTest.condition(hanging, "Stalled")).isEmpty();
  }

  @Test
  void aRegistryThatComesBackIsAskedAgain() {
    String uri = test.registry().refuse("models/late:1", 503);
    fleet.deploy("m", uri);
    test.awaitReason("m", "ResolvedRefs", "SourceUnreachable");

    test.registry().push("models/late:1", "late");
    test.registry().heal("models/late:1");

    test.awaitReason("m", "Ready", "Ready");
  }

  @Test
  void aTargetWithoutNodesWaitsAndSaysSo() {
    String name = "empty-" + test.namespace();
    test.create(Samples.target(name, "PerNode", name));
    test.create(
        Samples.deployment(
            test.namespace(),
            "m",
            test.registry().push("models/m:1", "m"),
            "embeddings",
            "edge=" + name));

    ModelDeployment after = test.awaitReason("m", "VariantsReady", "NoNodesMatch");

    assertThat(message(after, "VariantsReady"))
        .isEqualTo(
            "target edge: no node has the labels kubernetes.io/arch=amd64,test=%s: label one",
            name);

    test.nodes().addNode(name, java.util.Map.of("test", name), java.util.Map.of());
    test.awaitReason("m", "Ready", "Ready");
  }

  @Test
  void replicasOnAPerNodeTargetAreRefused() {
    String name = "edge-" + test.namespace();
    test.create(Samples.target(name, "PerNode", name));
    ModelDeployment deployment =
        Samples.deployment(
            test.namespace(),
            "m",
            test.registry().push("models/m:1", "m"),
            "embeddings",
            "edge=" + name);
    test.create(deployment);
    fleet.edit(
        "m",
        "{\"targets\":[{\"name\":\"edge\",\"replicas\":2,\"hardwareTargetRef\":{\"name\":\"%s\"}}]}"
            .formatted(name));

    ModelDeployment after = test.awaitReason("m", "Accepted", "ReplicasNotApplicable");

    assertThat(message(after, "Accepted")).contains("remove replicas");
  }

  @Test
  void aNameThatIsTakenIsNeverTakenOver() {
    test.create(
        new ServiceBuilder()
            .withNewMetadata()
            .withName("m-pool")
            .withNamespace(test.namespace())
            .endMetadata()
            .withNewSpec()
            .addNewPort()
            .withPort(80)
            .endPort()
            .endSpec()
            .build());

    fleet.deploy("m");

    ModelDeployment after = test.awaitReason("m", "Accepted", "NameConflict");
    assertThat(message(after, "Accepted")).contains("Service m-pool is there already");
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_MODEL, InvalidModel, the file is not ONNX",
    "DIGEST_MISMATCH, DigestMismatch, expected sha256:1 and got sha256:2",
    "UNSAFE_PATH, UnsafePath, external data ../secret lies outside",
    "DATASET_MISMATCH, DatasetMismatch, the data set has no array input_ids",
    "IMPOSSIBLE_CONSTRAINTS, ImpossibleConstraints, maxModelSize 1 is below any recipe",
  })
  void whatTheBuildFindsWrongIsToldAndNotTriedAgain(
      FailureReason reason, String name, String message) {
    test.nodes().script(job -> Samples.failed(reason, message));

    fleet.deploy("m");

    ModelDeployment after = test.awaitReason("m", "VariantsReady", "VariantFailed");
    assertThat(message(after, "VariantsReady")).contains(name + ": " + message);
    assertThat(message(after, "Stalled")).contains(message);
    var variant = test.awaitVariant(v -> v.getStatus().phase() == VariantPhase.FAILED);
    assertThat(variant.getStatus().retryTime()).isNull();
    assertThat(variant.getStatus().conditions())
        .filteredOn(c -> c.type().equals("Built"))
        .extracting(Condition::reason)
        .containsExactly(name);
    assertThat(test.events("ModelDeployment", "VariantFailed")).hasSize(1);
    assertThat(test.nodes().jobs()).hasSize(1);
  }

  @Test
  void aRefusedPushIsTriedAgainLater() {
    test.nodes()
        .script(job -> Samples.failed(FailureReason.PUBLISH_FAILED, "the registry is read-only"));
    fleet.deploy("m");
    var failed = test.awaitVariant(v -> v.getStatus().phase() == VariantPhase.FAILED);
    assertThat(failed.getStatus().retryTime()).isNotNull();

    test.nodes().script(Samples::succeeds);
    test.advance(java.time.Duration.ofMinutes(2));
    fleet.edit("m", "{\"revisionHistoryLimit\":2}");

    test.awaitReason("m", "Ready", "Ready");
  }

  @Test
  void aRejectedRevisionLeavesTheLastGoodOneServing() {
    ModelDeployment good = fleet.deployed("m");
    String revision = good.getStatus().currentRevision();
    test.nodes().script(job -> Samples.rejected());

    fleet.edit(
        "m", "{\"model\":{\"uri\":\"%s\"}}".formatted(test.registry().push("models/bad:2", "bad")));

    ModelDeployment after = test.awaitReason("m", "VariantsReady", "VariantRejected");
    assertThat(after.getStatus().rejectedRevisions()).hasSize(1);
    assertThat(after.getStatus().rejectedRevisions().getFirst().message())
        .contains("static-int8: accuracy drop 19.4% is above the gate of 1%");
    assertThat(after.getStatus().currentRevision()).isEqualTo(revision);
    assertServing(after);
    assertThat(test.events("ModelDeployment", "VariantRejected")).hasSize(1);
  }

  @Test
  void aQuotaIsToldInTheApiServersWords() {
    var quota =
        test.create(
            new io.fabric8.kubernetes.api.model.ResourceQuotaBuilder()
                .withNewMetadata()
                .withName("no-jobs")
                .withNamespace(test.namespace())
                .endMetadata()
                .withNewSpec()
                .addToHard("count/jobs.batch", new io.fabric8.kubernetes.api.model.Quantity("0"))
                .endSpec()
                .build());
    // The quota controller's part: without a status a quota does not count.
    test.client()
        .resource(
            quota
                .edit()
                .withNewStatus()
                .withHard(quota.getSpec().getHard())
                .withUsed(quota.getSpec().getHard())
                .endStatus()
                .build())
        .updateStatus();
    test.nodes().script(job -> new JobEnd.NotYet());

    fleet.deploy("m");

    ModelDeployment after = test.awaitReason("m", "VariantsReady", "VariantFailed");
    assertThat(message(after, "VariantsReady")).contains("quota");
  }

  private void assertServing(ModelDeployment deployment) {
    assertThat(OperatorUnderTest.condition(deployment, "Available").orElseThrow().isTrue())
        .isTrue();
    assertThat(
            test.client()
                .apps()
                .deployments()
                .inNamespace(test.namespace())
                .withName("m-pool")
                .get())
        .isNotNull();
  }

  private static String message(ModelDeployment deployment, String type) {
    return OperatorUnderTest.condition(deployment, type).orElseThrow().message();
  }
}
