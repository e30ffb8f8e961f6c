package dev.modelfleet.operator.deployment.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.RejectedRevision;
import dev.modelfleet.api.v1alpha1.RolloutActions;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.operator.member.decide.MembersFacts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The newer of an abort and a retry counts, as a table. */
class RolloutRequestsTest {

  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
  private static final Revision UPDATE = new Revision("bbbb", 2, 2, Map.of(), List.of());

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nothing                                  |                           |                           | rejected
          an abort                                 | bbbb@2026-01-31T11:00:00Z |                           | aborted
          an abort of another revision             | aaaa@2026-01-31T11:00:00Z |                           | rejected
          a retry newer than the rejection         |                           | bbbb@2026-01-31T10:30:00Z | tried
          a retry in the second of the rejection   |                           | bbbb@2026-01-31T10:00:00Z | tried
          a retry older than the rejection         |                           | bbbb@2026-01-31T09:00:00Z | rejected
          a retry of another revision              |                           | aaaa@2026-01-31T10:30:00Z | rejected
          a retry newer than the abort             | bbbb@2026-01-31T11:00:00Z | bbbb@2026-01-31T11:30:00Z | tried
          an abort newer than the retry            | bbbb@2026-01-31T11:30:00Z | bbbb@2026-01-31T11:00:00Z | aborted
          an abort of the same second              | bbbb@2026-01-31T11:00:00Z | bbbb@2026-01-31T11:00:00Z | aborted
          an abort without a time                  | bbbb                      | bbbb@2026-01-31T11:30:00Z | aborted, told
          an abort at no time                      | bbbb@soon                 |                           | rejected, told
          an abort that lies ahead                 | bbbb@2026-02-01T00:00:00Z |                           | rejected, told
          a retry that lies ahead                  |                           | bbbb@2026-02-01T00:00:00Z | rejected, told
          a retry without a time                   |                           | bbbb                      | rejected, told
          an abort of what is not kept             | cccc                      |                           | rejected, told
          """)
  void theNewerCounts(String what, String abort, String retry, String expected) {
    ModelDeployment deployment =
        Samples.deployment("n", "m", "https://h/first.onnx", null, "a=one");
    deployment.getMetadata().setGeneration(1L);
    annotate(deployment, RolloutActions.ABORT, abort);
    annotate(deployment, RolloutActions.RETRY, retry);
    Revision kept = new Revision("aaaa", 1, 1, Map.of(), List.of());
    DeploymentFacts facts =
        new DeploymentFacts(
            deployment,
            null,
            Map.of(),
            Map.of(),
            Map.of(),
            List.of(kept, UPDATE),
            Map.of(),
            List.of(),
            List.of(),
            List.of(),
            MembersFacts.NONE,
            Map.of(),
            RouteFacts.NONE);
    RolloutRequests requests = new RolloutRequests(facts, NOW);

    boolean aborted = requests.aborted(UPDATE).isPresent();
    boolean stands =
        !requests
            .standing(
                List.of(
                    new RejectedRevision(
                        "bbbb", "GoldenMismatch", "differs", "2026-01-31T10:00:00Z")))
            .isEmpty();

    String outcome = aborted ? "aborted" : stands ? "rejected" : "tried";
    assertThat(outcome + (requests.problems().isEmpty() ? "" : ", told")).isEqualTo(expected);
  }

  private static void annotate(ModelDeployment deployment, String key, String value) {
    if (value != null) {
      deployment.getMetadata().getAnnotations().put(key, value);
    }
  }
}
