package dev.modelfleet.operator.harness;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.modelfleet.testclusters.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What the operator asked of the API server about one namespace, by the server's audit log. */
public final class OperatorRequests {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Set<String> WRITES =
      Set.of("create", "update", "patch", "delete", "deletecollection");

  private final Path log;
  private final String namespace;

  /** Of the operator and the namespace of a test. */
  public OperatorRequests(TestCluster cluster, OperatorUnderTest test) {
    this.log = cluster.auditLog().orElseThrow();
    this.namespace = test.namespace();
  }

  /** Number of requests so far by verb and resource, such as {@code patch deployments}. */
  public Map<String, Integer> counts() throws IOException {
    Map<String, Integer> counts = new TreeMap<>();
    try (Stream<String> lines = Files.lines(log)) {
      lines
          .filter(line -> line.contains(namespace) && line.contains("modelfleet-operator"))
          .forEach(line -> count(line, counts));
    }
    return counts;
  }

  private void count(String line, Map<String, Integer> counts) {
    JsonNode event;
    try {
      event = MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      // The last line may still be being written.
      return;
    }
    JsonNode object = event.path("objectRef");
    boolean told =
        event.path("stage").asText().equals("ResponseComplete")
            && namespace.equals(object.path("namespace").asText())
            && event.path("impersonatedUser").path("username").asText().contains("modelfleet");
    if (told) {
      String part = object.path("subresource").asText();
      String resource = object.path("resource").asText() + (part.isEmpty() ? "" : "/" + part);
      counts.merge(event.path("verb").asText() + " " + resource, 1, Integer::sum);
    }
  }

  /** Number of writes in counts. */
  public static int writes(Map<String, Integer> counts) {
    return counts.entrySet().stream()
        .filter(entry -> WRITES.contains(entry.getKey().split(" ")[0]))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }
}
