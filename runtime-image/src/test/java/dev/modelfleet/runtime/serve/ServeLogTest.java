package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ServeLogTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void plainLinesStayLines() {
    new ServeLog(out).error("two\nlines");
    assertThat(text()).matches("\\S+Z ERROR two lines\\R");
  }

  @Test
  void jsonLinesAreObjects() throws Exception {
    new ServeLog(out, true).warn("a \"quoted\"\nmessage");
    assertThat(text().lines()).hasSize(1);
    JsonNode line = new ObjectMapper().readTree(text());
    assertThat(Instant.parse(line.get("timestamp").asText())).isBefore(Instant.now());
    assertThat(line.get("level").asText()).isEqualTo("WARN");
    assertThat(line.get("message").asText()).isEqualTo("a \"quoted\"\nmessage");
  }

  private String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
