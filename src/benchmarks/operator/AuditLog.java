import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The operator's writes, by the API server's own log. */
record AuditLog(Path file) {

  private static final String USER = ":modelfleet-system:modelfleet-operator\"";
  private static final Set<String> WRITES = Set.of("create", "update", "patch", "delete");
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /** Number of writes so far by verb and resource; the Lease's renewal left out. */
  Map<String, Long> writes() throws IOException {
    Map<String, Long> counts = new TreeMap<>();
    try (var lines = Files.lines(file)) {
      lines
          .filter(line -> line.contains(USER) && line.contains("\"stage\":\"ResponseComplete\""))
          .forEach(line -> count(line, counts));
    }
    return counts;
  }

  private static void count(String line, Map<String, Long> counts) {
    try {
      JsonNode event = MAPPER.readTree(line);
      JsonNode object = event.path("objectRef");
      String verb = event.path("verb").asText();
      String resource = object.path("resource").asText();
      String subresource = object.path("subresource").asText();
      if (!resource.equals("leases")) {
        String name = verb + " " + resource + (subresource.isEmpty() ? "" : "/" + subresource);
        boolean write = WRITES.contains(verb);
        counts.merge(write ? name : "read: " + name, 1L, Long::sum);
      }
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException("not an audit event: " + line, e);
    }
  }

  /** Number of writes in a count. */
  static long total(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .filter(entry -> !entry.getKey().startsWith("read: "))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
