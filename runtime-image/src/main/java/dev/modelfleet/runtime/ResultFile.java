package dev.modelfleet.runtime;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a command's result goes: the last line of standard output, and a file, by default the one
 * from which Kubernetes takes a container's termination message.
 */
public final class ResultFile {

  private static final Path TERMINATION_LOG = Path.of("/dev/termination-log");

  private final Path file;
  private final PrintStream out;

  /**
   * A result that goes to standard output and a file.
   *
   * @param file null for the termination message's file, where there is one
   */
  public ResultFile(Path file, PrintStream out) {
    this.file = file != null ? file : defaultFile();
    this.out = out;
  }

  private static Path defaultFile() {
    return Files.isWritable(TERMINATION_LOG) ? TERMINATION_LOG : null;
  }

  /** Writes one line of JSON. */
  public void write(String json) throws IOException {
    if (file != null) {
      Files.write(file, json.getBytes(StandardCharsets.UTF_8));
    }
    out.println(json);
    out.flush();
  }
}
