package dev.modelfleet.runtime.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The server's log: one line for each change of state, none for each request. */
final class ServeLog {

  private static final JsonFactory JSON = new JsonFactory();

  private final PrintStream out;
  private final boolean json;

  /** A log of plain lines. */
  ServeLog(PrintStream out) {
    this(out, false);
  }

  /**
   * A log.
   *
   * @param json whether each line is an object with timestamp, level and message
   */
  ServeLog(PrintStream out, boolean json) {
    this.out = out;
    this.json = json;
  }

  void info(String message) {
    line("INFO", message);
  }

  void warn(String message) {
    line("WARN", message);
  }

  void error(String message) {
    line("ERROR", message);
  }

  private void line(String level, String message) {
    String time = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
    out.println(
        json
            ? object(time, level, message)
            : time + " " + level + " " + message.replace('\n', ' '));
  }

  private static String object(String time, String level, String message) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = JSON.createGenerator(text)) {
      generator.writeStartObject();
      generator.writeStringField("timestamp", time);
      generator.writeStringField("level", level);
      generator.writeStringField("message", message);
      generator.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return text.toString();
  }
}
