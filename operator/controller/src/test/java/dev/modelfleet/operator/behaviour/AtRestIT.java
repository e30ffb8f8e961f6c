package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.SampleFleet;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Where nothing changes, the operator writes nothing: not at rest, and not after a restart. */
@WithTestCluster(nodes = 0)
class AtRestIT {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Set<String> WRITES =
      Set.of("create", "update", "patch", "delete", "deletecollection");

  @Test
  void nothingIsWrittenAtRestNorAfterARestart(TestCluster cluster)
      throws IOException, InterruptedException {
    try (OperatorUnderTest test = new OperatorUnderTest(cluster)) {
      test.nodes().script(Samples::succeeds);
      SampleFleet fleet = new SampleFleet(test);
      test.start();
      for (int i = 0; i < 10; i++) {
        fleet.deploy("m" + i);
      }
      for (int i = 0; i < 10; i++) {
        test.awaitReason("m" + i, "Ready", "Ready");
      }
      Path log = cluster.auditLog().orElseThrow();
      settle(log);
      long mark = Files.size(log);
      assertThat(writes(log, 0)).as("writes on the way there").isNotEmpty();

      TimeUnit.SECONDS.sleep(10);
      assertThat(writes(log, mark)).as("writes at rest").isEmpty();

      test.stop();
      test.start();
      TimeUnit.SECONDS.sleep(10);
      assertThat(writes(log, mark)).as("writes after a restart").isEmpty();
    }
  }

  /** Waits until two seconds have passed without a write. */
  private static void settle(Path log) throws IOException, InterruptedException {
    long mark;
    do {
      mark = Files.size(log);
      TimeUnit.SECONDS.sleep(2);
    } while (!writes(log, mark).isEmpty());
  }

  private static List<String> writes(Path log, long from) throws IOException {
    byte[] bytes = Files.readAllBytes(log);
    String text =
        new String(
            bytes, (int) from, bytes.length - (int) from, java.nio.charset.StandardCharsets.UTF_8);
    try (Stream<String> lines = text.lines()) {
      return lines.map(AtRestIT::write).filter(w -> !w.isEmpty()).distinct().toList();
    }
  }

  private static String write(String line) {
    try {
      JsonNode event = MAPPER.readTree(line);
      boolean written =
          WRITES.contains(event.path("verb").asText())
              && event.path("stage").asText().equals("ResponseComplete")
              && event.path("userAgent").asText().contains("fabric8");
      return written ? event.path("verb").asText() + " " + event.path("requestURI").asText() : "";
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      return "";
    }
  }
}
