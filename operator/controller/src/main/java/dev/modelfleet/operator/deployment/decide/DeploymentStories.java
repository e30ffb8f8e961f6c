package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import dev.modelfleet.api.v1alpha1.TargetStatus;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.api.v1alpha1.WavePhase;
import dev.modelfleet.api.v1alpha1.WaveStatus;
import dev.modelfleet.operator.event.Story;
import dev.modelfleet.operator.status.Conditions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What is told of a ModelDeployment: each change from one status to the next, once. */
public final class DeploymentStories {

  private final ModelDeploymentStatus before;
  private final ModelDeploymentStatus after;
  private final DeploymentDecision decision;
  private final String uid;
  private final List<Story> stories = new ArrayList<>();

  private DeploymentStories(
      ModelDeploymentStatus before,
      ModelDeploymentStatus after,
      DeploymentDecision decision,
      String uid) {
    this.before = before;
    this.after = after;
    this.decision = decision;
    this.uid = uid;
  }

  /** The stories of a change from what is reported to what is to be. */
  public static List<Story> of(
      DeploymentFacts facts, ModelDeploymentStatus after, DeploymentDecision decision) {
    return new DeploymentStories(
            facts.status(), after, decision, facts.deployment().getMetadata().getUid())
        .all();
  }

  private List<Story> all() {
    trouble(ModelDeploymentConditions.ACCEPTED);
    trouble(ModelDeploymentConditions.RESOLVED_REFS);
    decision.problems().forEach(p -> stories.add(Story.warning("InvalidRequest", p)));
    decision.servings().forEach(this::variant);
    rollout();
    after.waves().forEach(this::wave);
    return Story.joined(stories);
  }

  private void trouble(String type) {
    Condition now = Conditions.find(after.conditions(), type).orElseThrow();
    boolean told =
        Conditions.find(before.conditions(), type)
            .filter(
                then -> then.reason().equals(now.reason()) && then.message().equals(now.message()))
            .isPresent();
    boolean looking =
        decision.state() instanceof RolloutState.Unresolved(References.Unresolved missing)
            && missing.reason().equals("Resolving");
    if (!now.isTrue() && !told && !looking) {
      stories.add(Story.warning(now.reason(), now.message()));
    }
  }

  private void variant(TargetServing serving) {
    if (serving.wanted() == null) {
      return;
    }
    String name = serving.wanted().variant();
    TargetStatus then =
        before.targetStatuses().stream()
            .filter(t -> t.name().equals(serving.target().name()))
            .filter(t -> name.equals(t.variant()))
            .findFirst()
            .orElse(null);
    String subject = "target " + serving.target().name() + ": variant " + name;
    VariantPhase phase = serving.phase();
    boolean first = then == null;
    boolean begun = phase == VariantPhase.BUILDING || phase == VariantPhase.PROBING;
    boolean unknown = first || VariantWords.notStarted(name).equals(then.message());
    if (begun && unknown && madeForThis(serving)) {
      stories.add(Story.normal("VariantBuilding", subject + " is built and proven"));
    }
    if (phase == VariantPhase.READY && (first || then.artifact() == null) && madeForThis(serving)) {
      stories.add(Story.normal("VariantReady", subject + ": " + VariantWords.message(serving)));
    }
    boolean troubled = phase == VariantPhase.REJECTED || phase == VariantPhase.FAILED;
    String words = VariantWords.message(serving);
    if (troubled && (first || !startsEqual(words, then.message()))) {
      String reason = phase == VariantPhase.REJECTED ? "VariantRejected" : "VariantFailed";
      stories.add(Story.warning(reason, subject + ": " + words));
    }
  }

  /** Of a variant that several share, the one tells that it was made for: its first owner. */
  private boolean madeForThis(TargetServing serving) {
    return serving.wantedVariant().getMetadata().getOwnerReferences().stream()
        .findFirst()
        .filter(owner -> owner.getUid().equals(uid))
        .isPresent();
  }

  private void rollout() {
    boolean rolling = decision.state() instanceof RolloutState.Underway;
    boolean sameRevision = Objects.equals(before.updateRevision(), after.updateRevision());
    if (rolling && (before.progressTime() == null || !sameRevision)) {
      stories.add(
          Story.normal("RolloutStarted", "revision " + after.updateRevision() + " is rolled out"));
    }
    boolean complete = decision.state() instanceof RolloutState.Complete;
    if (complete && !Objects.equals(before.currentRevision(), after.currentRevision())) {
      stories.add(
          Story.normal(
              "RolloutComplete",
              "revision "
                  + after.currentRevision()
                  + " is on every target: "
                  + after.readiness()
                  + " pods ready"));
    }
    Condition progressing =
        Conditions.find(after.conditions(), ModelDeploymentConditions.PROGRESSING).orElseThrow();
    boolean wasFalse =
        sameRevision
            && Conditions.find(before.conditions(), ModelDeploymentConditions.PROGRESSING)
                .filter(c -> c.reason().equals(progressing.reason()))
                .isPresent();
    if (decision.state() instanceof RolloutState.RolledBack rolledBack) {
      boolean told =
          wasFalse
              && Conditions.find(before.conditions(), ModelDeploymentConditions.STALLED)
                  .filter(stalled -> stalled.reason().equals(progressing.reason()))
                  .isPresent();
      if (rolledBack.back() && !told) {
        stories.add(Story.warning("RolledBack", after.message()));
      } else if (!rolledBack.back() && !wasFalse) {
        stories.add(Story.warning("RollingBack", after.message()));
      }
    }
    if (decision.state() instanceof RolloutState.Exceeded && !wasFalse) {
      stories.add(Story.warning(progressing.reason(), after.message()));
    }
  }

  private void wave(WaveStatus wave) {
    boolean sameRevision = Objects.equals(before.updateRevision(), after.updateRevision());
    WavePhase then =
        before.waves().stream()
            .filter(w -> sameRevision && w.name().equals(wave.name()))
            .findFirst()
            .map(WaveStatus::phase)
            .orElse(WavePhase.PENDING);
    if (wave.phase() == then) {
      return;
    }
    String subject = "revision %s, wave %s".formatted(after.updateRevision(), wave.name());
    String units = "%d of %d units verified".formatted(wave.verified(), wave.units());
    switch (wave.phase()) {
      case PENDING -> {}
      case ROLLING_OUT ->
          stories.add(Story.normal("WaveStarted", subject + ": %d units".formatted(wave.units())));
      case SOAKING ->
          stories.add(
              Story.normal("WaveSoaking", subject + ": " + units + ", until " + wave.soakUntil()));
      case ANALYZING ->
          stories.add(
              Story.normal(
                  "WaveAnalyzing",
                  subject
                      + ": "
                      + units
                      + (wave.message() == null ? "" : ", but " + wave.message())));
      case AWAITING_PROMOTION ->
          stories.add(
              Story.normal(
                  "WaveAwaitsPromotion", subject + ": " + units + ": promote it to go on"));
      case COMPLETE -> stories.add(Story.normal("WaveComplete", subject + ": " + units));
      case FAILED ->
          stories.add(
              Story.warning(
                  "WaveFailed",
                  subject + (wave.message() == null ? ": given up" : ": " + wave.message())));
    }
  }

  private static boolean startsEqual(String words, String then) {
    if (then == null) {
      return false;
    }
    int length = Math.min(Math.min(words.length(), then.length()), 400);
    return words.regionMatches(0, then, 0, length);
  }
}
