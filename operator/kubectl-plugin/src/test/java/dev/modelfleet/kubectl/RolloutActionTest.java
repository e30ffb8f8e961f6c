package dev.modelfleet.kubectl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.RolloutActions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which annotation each action writes, and when there is nothing to act on. */
class RolloutActionTest {

  private static final Instant NOW = Instant.parse("2026-02-01T00:00:00.5Z");

  private final ModelDeployment waiting = Fixtures.deployment(Fixtures.AWAITS_PROMOTION);
  private final ModelDeployment done = Fixtures.deployment(Fixtures.DONE);
  private final ModelDeployment rolledBack = Fixtures.deployment(Fixtures.ROLLED_BACK);

  @Test
  void eachNamesWhatItAppliesTo() {
    assertWrites(RolloutAction.pause(waiting), RolloutActions.PAUSED, "true");
    assertWrites(RolloutAction.resume(waiting), RolloutActions.PAUSED, null);
    assertWrites(RolloutAction.promote(waiting, false), RolloutActions.PROMOTE, "bbbb/first");
    assertWrites(RolloutAction.promote(waiting, true), RolloutActions.PROMOTE, "bbbb/*");
    assertWrites(
        RolloutAction.abort(waiting, NOW), RolloutActions.ABORT, "bbbb@2026-02-01T00:00:00.500Z");
    assertWrites(
        RolloutAction.retry(rolledBack, NOW),
        RolloutActions.RETRY,
        "bbbb@2026-02-01T00:00:00.500Z");
    assertWrites(
        RolloutAction.undo(done, new KeptRevision("aaaa", 1, null, Map.of())),
        RolloutActions.UNDO,
        "aaaa@2");
  }

  @Test
  void eachIsNewerThanWhatItTakesBackAlsoWhereClocksDiffer() {
    rolledBack
        .getMetadata()
        .setAnnotations(Map.of(RolloutActions.ABORT, "bbbb@2026-02-01T00:01:00Z"));
    waiting.getMetadata().setAnnotations(Map.of(RolloutActions.RETRY, "bbbb@2026-02-01T00:01:00Z"));

    assertThat(RolloutAction.retry(rolledBack, NOW).value())
        .isEqualTo("bbbb@2026-02-01T00:01:00.001Z");
    assertThat(RolloutAction.abort(waiting, NOW).value())
        .isEqualTo("bbbb@2026-02-01T00:01:00.001Z");
    rolledBack.getMetadata().setAnnotations(Map.of(RolloutActions.ABORT, "bbbb"));
    assertThatThrownBy(() -> RolloutAction.retry(rolledBack, NOW))
        .hasMessageContaining("remove it first");
  }

  @Test
  void withNothingToActOnTheReasonIsTold() {
    assertThatThrownBy(() -> RolloutAction.promote(done, false))
        .hasMessageContaining("no rollout of ModelDeployment minilm is under way");
    assertThatThrownBy(() -> RolloutAction.abort(done, NOW)).hasMessageContaining("under way");
    assertThatThrownBy(() -> RolloutAction.retry(waiting, Instant.now()))
        .hasMessageContaining("was not rejected");
  }

  @Test
  void aRevisionIsNamedByNumberOrHash() {
    KeptRevision first = new KeptRevision("aaaa", 1, "2026-01-01T00:00:00Z", Map.of());
    KeptRevision second =
        new KeptRevision("bbbb", 2, "2026-01-02T00:00:00Z", Map.of("gpu", "minilm-gpu-1"));
    List<KeptRevision> kept = List.of(first, second);

    assertThat(KeptRevision.find(done, kept, null)).isEqualTo(first);
    assertThat(KeptRevision.find(done, kept, "2")).isEqualTo(second);
    assertThat(KeptRevision.find(done, kept, "aaaa")).isEqualTo(first);
    assertThatThrownBy(() -> KeptRevision.find(done, kept, "9"))
        .hasMessageContaining("[aaaa, bbbb]");
    assertThat(KeptRevision.table(rolledBack, kept))
        .isEqualTo(
            """
            NUMBER   REVISION   CREATED                STATE                    VARIANTS
            1        aaaa       2026-01-01T00:00:00Z   serves                   -
            2        bbbb       2026-01-02T00:00:00Z   wanted, GoldenMismatch   gpu=minilm-gpu-1
            """);
  }

  private static void assertWrites(RolloutAction action, String annotation, String value) {
    assertThat(action.annotation()).isEqualTo(annotation);
    assertThat(action.value()).isEqualTo(value);
  }
}
