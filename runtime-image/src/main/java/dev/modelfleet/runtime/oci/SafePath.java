package dev.modelfleet.runtime.oci;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.runtime.FailureException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Turns names from archives and manifests into paths that stay below a directory. */
final class SafePath {

  private SafePath() {}

  /**
   * The path of {@code name} below {@code root}.
   *
   * @param origin where the name comes from, for the message
   * @throws FailureException {@code UnsafePath} where the name is absolute, leads out of the
   *     directory, or is no name at all
   */
  static Path below(Path root, String name, Object origin) {
    try {
      Path path = Path.of(name);
      boolean leadsOut = path.isAbsolute() || name.contains("\\") || hasParent(path);
      Path resolved = root.resolve(path).normalize();
      if (leadsOut || !resolved.startsWith(root)) {
        throw unsafe(name, origin);
      }
      return resolved;
    } catch (InvalidPathException e) {
      throw unsafe(name, origin);
    }
  }

  private static boolean hasParent(Path path) {
    for (Path part : path) {
      if (part.toString().equals("..")) {
        return true;
      }
    }
    return false;
  }

  private static FailureException unsafe(String name, Object origin) {
    return new FailureException(
        FailureReason.UNSAFE_PATH,
        origin + " holds the path \"" + name + "\": only relative paths without .. are accepted");
  }
}
