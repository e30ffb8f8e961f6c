package dev.modelfleet.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** Runs other programs. */
public final class Program {

  private Program() {}

  /**
   * Runs a command to its end.
   *
   * @param command program and arguments
   * @param setup of directory and environment
   * @return its standard output; its standard error is part of it
   * @throws IllegalStateException with its output when it exits with another code than 0
   */
  public static String run(List<String> command, Consumer<ProcessBuilder> setup) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      setup.accept(builder);
      Process process = builder.start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        throw new IllegalStateException(
            "%s exited with %d:%n%s".formatted(String.join(" ", command), code, output));
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command.getFirst(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + command.getFirst(), e);
    }
  }
}
