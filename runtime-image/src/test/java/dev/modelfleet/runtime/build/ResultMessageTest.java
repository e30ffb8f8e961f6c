package dev.modelfleet.runtime.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.BuildOutcome;
import dev.modelfleet.artifact.BuildResult;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.PublishedArtifact;
import dev.modelfleet.artifact.StepNote;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.TrialOutcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A result always fits into a termination message, and what was decided survives. */
class ResultMessageTest {

  private static final String DIGEST = "sha256:" + "ab".repeat(32);
  private static final PublishedArtifact ARTIFACT =
      new PublishedArtifact("registry.example/variants/model@" + DIGEST, DIGEST, 23_000_000);

  private static BuildResult published(int rejected, String message) {
    List<Trial> trials = new ArrayList<>();
    for (int i = 0; i < rejected; i++) {
      trials.add(trial("recipe-" + i, TrialOutcome.REJECTED, Trial.ACCURACY_BELOW_GATE, message));
    }
    trials.add(trial("accepted", TrialOutcome.ACCEPTED, null, null));
    return new BuildResult(
        BuildOutcome.PUBLISHED,
        null,
        "accepted passed",
        ARTIFACT,
        "accepted",
        90_000_000,
        new Latency(4.6, 5.1, 30),
        trials,
        false);
  }

  private static Trial trial(String name, TrialOutcome outcome, String reason, String message) {
    Accuracy accuracy = new Accuracy(MetricType.COSINE_SIMILARITY, 1, 0.8, 0.2, 100);
    List<StepNote> steps = List.of(new StepNote("simplify", "much was done", 3));
    return new Trial(
        name, outcome, reason, message, 23_000_000, accuracy, new Latency(2, 3, 30), steps);
  }

  private static BuildResult fitted(BuildResult result) {
    String json = ResultMessage.fit(result);
    assertThat(json.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(4096);
    return ContractJson.read(json, BuildResult.class);
  }

  @Test
  void aSmallResultKeepsEverythingButStepNotes() {
    BuildResult fitted = fitted(published(3, "cosine 0.8 against 1"));

    assertThat(fitted.trials()).hasSize(4);
    assertThat(fitted.trials().getFirst().message()).isEqualTo("cosine 0.8 against 1");
    assertThat(fitted.trials().getFirst().steps()).isEmpty();
    assertThat(fitted.originalLatency()).isNotNull();
  }

  @Test
  void longMessagesOfTrialsAreShortenedFirst() {
    BuildResult fitted = fitted(published(6, "ä".repeat(2000)));

    assertThat(fitted.trials()).hasSize(7);
    assertThat(fitted.trials().getFirst().message()).hasSize(121).endsWith("…");
  }

  @Test
  void thenMessagesAreLeftOut() {
    BuildResult fitted = fitted(published(12, "ä".repeat(2000)));

    assertThat(fitted.trials()).hasSize(13).allMatch(trial -> trial.message() == null);
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 40, 200})
  void thenTheLastTrialsThatWereNotAccepted(int rejected) {
    BuildResult fitted = fitted(published(rejected, "long ".repeat(100)));

    assertThat(fitted.artifact()).isEqualTo(ARTIFACT);
    assertThat(fitted.recipe()).isEqualTo("accepted");
    assertThat(fitted.trials().size()).isBetween(8, rejected);
    assertThat(fitted.trials().getFirst().recipe()).isEqualTo("recipe-0");
    assertThat(fitted.trials().getLast().recipe()).isEqualTo("accepted");
  }

  @Test
  void atLastTheMessageOfTheResultIsShortened() {
    String message = "\"\n😀".repeat(5000);

    BuildResult fitted = fitted(BuildResult.failed(FailureReason.INVALID_MODEL, message));

    assertThat(fitted.reason()).isEqualTo(FailureReason.INVALID_MODEL);
    assertThat(message).startsWith(fitted.message().substring(0, fitted.message().length() - 1));
    assertThat(fitted.message().codePoints().count()).isEqualTo(501);
  }
}
