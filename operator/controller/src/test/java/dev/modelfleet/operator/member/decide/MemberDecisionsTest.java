package dev.modelfleet.operator.member.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentSpec;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentStatus;
import dev.modelfleet.api.v1alpha1.EdgeRevision;
import dev.modelfleet.operator.name.Labels;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A member cluster goes to the wanted revision, back where that fails there, and on whatever the
 * hub does meanwhile.
 */
class MemberDecisionsTest {

  private static final Instant START = Instant.parse("2026-01-31T12:00:00Z");

  private final List<HasMetadata> present = new ArrayList<>();
  private final List<PodTrouble> troubles = new ArrayList<>();
  private EdgeDeployment wanted = deployment(revision("r1"), null);
  private EdgeDeploymentStatus memory;
  private Instant now = START;

  @Test
  void aNewRevisionIsAppliedAndReadyWhenItsPodsServe() {
    MemberPlan first = step();
    assertThat(first.apply()).extracting(o -> o.getMetadata().getName()).containsExactly("m-edge");
    assertThat(memory.phase()).isEqualTo(DeploymentPhase.ROLLING_OUT);

    serves("r1");
    step();

    assertThat(memory.phase()).isEqualTo(DeploymentPhase.HEALTHY);
    assertThat(memory.currentRevision()).isEqualTo("r1");
    assertThat(memory.available()).isEqualTo(2);
    assertThat(memory.progressTime()).isNull();
  }

  @Test
  void aRevisionThatMakesNoProgressIsTakenBack() {
    atRest("r1");
    want("r2", "r1");
    step();
    stuck("r2");
    step();

    now = now.plusSeconds(61);
    MemberPlan plan = step();

    assertThat(plan.serve().revision()).isEqualTo("r1");
    assertThat(memory.rejectedRevision()).isEqualTo("r2");
    assertThat(memory.rejectedReason()).isEqualTo("ProgressDeadlineExceeded");
    assertThat(memory.message()).contains("serves revision r1 again");
    serves("r1");
    assertThat(step().serve().revision()).isEqualTo("r1");
    assertThat(memory.phase()).isEqualTo(DeploymentPhase.DEGRADED);
  }

  @Test
  void progressGivesMoreTime() {
    atRest("r1");
    want("r2", "r1");
    step();
    stuck("r2");
    step();
    now = now.plusSeconds(50);
    present.set(0, workload("r2", 1, 1));
    step();
    now = now.plusSeconds(50);

    assertThat(step().serve().revision()).isEqualTo("r2");
  }

  @Test
  void aDeviceThatComputesSomethingElseTakesTheRevisionBackAtOnce() {
    atRest("r1");
    want("r2", "r1");
    step();
    stuck("r2");
    troubles.add(new PodTrouble("p", "v-r2", "GoldenMismatch", "pod p: golden inputs disagree"));

    step();

    assertThat(memory.rejectedReason()).isEqualTo("GoldenMismatch");
    assertThat(memory.appliedRevision()).isEqualTo("r1");
  }

  @Test
  void troubleOfTheOldVariantIsNotTheNewOnes() {
    atRest("r1");
    want("r2", "r1");
    step();
    stuck("r2");
    troubles.add(new PodTrouble("p", "v-r1", "CrashLoop", "pod p"));

    assertThat(step().serve().revision()).isEqualTo("r2");
  }

  @Test
  void aRejectedRevisionIsNotTriedAgainUntilAnotherIsWanted() {
    atRest("r1");
    want("r2", "r1");
    reject("r2");
    want("r2", "r1");
    assertThat(step().serve().revision()).isEqualTo("r1");

    want("r3", "r1");
    assertThat(step().serve().revision()).isEqualTo("r3");
    assertThat(memory.rejectedRevision()).isNull();
  }

  @Test
  void whatServedWellIsNotTakenBackWhenPodsFailLater() {
    atRest("r1");
    present.set(0, workload("r1", 2, 0));
    now = now.plus(Duration.ofHours(1));

    step();

    assertThat(memory.rejectedRevision()).isNull();
    assertThat(memory.phase()).isEqualTo(DeploymentPhase.DEGRADED);
  }

  @Test
  void theFirstRevisionHasNothingToGoBackToAndServesAfterAllWhenItCan() {
    step();
    stuck("r1");
    step();
    now = now.plusSeconds(61);
    assertThat(step().serve().revision()).isEqualTo("r1");
    assertThat(memory.rejectedRevision()).isEqualTo("r1");

    serves("r1");
    step();
    assertThat(memory.phase()).isEqualTo(DeploymentPhase.HEALTHY);
    assertThat(memory.rejectedRevision()).isNull();
  }

  @Test
  void aClusterThatWasAwayGoesStraightToTheNewest() {
    atRest("r1");
    want("r3", "r1");

    assertThat(step().apply())
        .singleElement()
        .satisfies(
            object ->
                assertThat(object.getMetadata().getLabels()).containsEntry(Labels.REVISION, "r3"));
  }

  @Test
  void whatIsNoLongerWantedIsRemoved() {
    atRest("r1");
    Deployment other = workload("r1", 2, 2);
    other.getMetadata().setName("m-gone");
    present.add(other);

    assertThat(step().remove()).containsExactly(other);
  }

  @Test
  void everyObjectBearsTheLabelsByWhichItIsFoundAgain() {
    assertThat(step().apply().getFirst().getMetadata().getLabels())
        .containsEntry("modelfleet.dev/edge-cluster", "store-17")
        .containsEntry("modelfleet.dev/edge-deployment", "models.m");
  }

  @Test
  void anUnchangedStateIsAnEqualStatus() {
    atRest("r1");
    EdgeDeploymentStatus before = memory;
    now = now.plus(Duration.ofHours(1));

    step();

    assertThat(memory).isEqualTo(before);
  }

  @Test
  void whatIsUnreachableClaimsNothingOfTheNewSpec() {
    atRest("r1");
    want("r2", "r1");
    wanted.setStatus(memory);

    EdgeDeploymentStatus status = MemberReport.unreachable(wanted, "no route", now);

    assertThat(status.observedGeneration()).isEqualTo(1);
    assertThat(status.appliedRevision()).isEqualTo("r1");
    assertThat(status.rejectedRevision()).isNull();
    assertThat(status.conditions()).extracting(c -> c.reason()).contains("Unreachable");
  }

  private void atRest(String revision) {
    want(revision, null);
    step();
    serves(revision);
    step();
    step();
  }

  private void reject(String revision) {
    step();
    stuck(revision);
    step();
    now = now.plusSeconds(61);
    step();
    assertThat(memory.rejectedRevision()).isEqualTo(revision);
  }

  private MemberPlan step() {
    MemberFacts facts = new MemberFacts(wanted, memory, present, troubles);
    MemberPlan plan = MemberDecisions.decide(facts, now);
    memory = MemberReport.of(facts, plan, new ApplyOutcome.Applied(), now);
    return plan;
  }

  private void want(String revision, String stable) {
    long generation = wanted.getMetadata().getGeneration();
    boolean same = wanted.getSpec().update().revision().equals(revision);
    wanted = deployment(revision(revision), stable == null ? null : revision(stable));
    wanted.getMetadata().setGeneration(same ? generation : generation + 1);
  }

  private void serves(String revision) {
    present.clear();
    present.add(workload(revision, 2, 2));
  }

  private void stuck(String revision) {
    present.clear();
    present.add(workload(revision, 1, 0));
  }

  private static EdgeDeployment deployment(EdgeRevision update, EdgeRevision stable) {
    EdgeDeployment deployment = new EdgeDeployment();
    deployment.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace("modelfleet-cluster-store-17")
            .withName("models.m")
            .withUid("u")
            .withGeneration(1L)
            .build());
    deployment.setSpec(
        new EdgeDeploymentSpec(
            "store-17",
            new EdgeDeploymentSpec.DeploymentReference("models", "m", "uid"),
            update,
            stable));
    return deployment;
  }

  private static EdgeRevision revision(String name) {
    GenericKubernetesResource manifest = new GenericKubernetesResource();
    manifest.setApiVersion("apps/v1");
    manifest.setKind("Deployment");
    manifest.setMetadata(
        new ObjectMetaBuilder()
            .withName("m-edge")
            .withNamespace("models")
            .withLabels(labels(name))
            .build());
    return new EdgeRevision(name, 60, List.of(manifest));
  }

  private static Map<String, String> labels(String revision) {
    return Map.of(
        Labels.REVISION, revision, Labels.VARIANT, "v-" + revision, Labels.TARGET, "edge");
  }

  private static Deployment workload(String revision, int updated, int available) {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withName("m-edge")
        .withNamespace("models")
        .withGeneration(3L)
        .withLabels(labels(revision))
        .endMetadata()
        .withNewSpec()
        .withReplicas(2)
        .endSpec()
        .withNewStatus()
        .withObservedGeneration(3L)
        .withUpdatedReplicas(updated)
        .withReadyReplicas(available)
        .withAvailableReplicas(available)
        .endStatus()
        .build();
  }
}
