package dev.modelfleet.runtime.serve;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The server's log: one line for each change of state, none for each request. */
final class ServeLog {

  private final PrintStream out;

  ServeLog(PrintStream out) {
    this.out = out;
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
    out.println(
        Instant.now().truncatedTo(ChronoUnit.MILLIS)
            + " "
            + level
            + " "
            + message.replace('\n', ' '));
  }
}
