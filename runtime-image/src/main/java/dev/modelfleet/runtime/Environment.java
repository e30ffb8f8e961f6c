package dev.modelfleet.runtime;

import dev.modelfleet.artifact.FailureReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Finds a command's request: a file that an option names, else an environment variable. */
public final class Environment {

  private Environment() {}

  /**
   * The text of a request.
   *
   * @param file null to take the environment variable
   * @throws FailureException {@code InvalidRequest} where there is none
   */
  public static String request(Path file, String variable, Map<String, String> environment) {
    if (file != null) {
      return read(file);
    }
    String text = environment.get(variable);
    if (text == null || text.isBlank()) {
      throw new FailureException(
          FailureReason.INVALID_REQUEST,
          "no request: set the environment variable " + variable + " or give --request FILE");
    }
    return text;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new FailureException(
          FailureReason.INVALID_REQUEST, "cannot read the request in " + file + ": " + e, e);
    }
  }
}
