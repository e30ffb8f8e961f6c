package dev.modelfleet.runtime;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The image has ONNX Runtime's libraries as files in {@code native/<platform>} beside {@code lib}:
 * from a jar they would be unpacked at every start, which takes time and a writable disk.
 */
final class NativeLibraries {

  private static final String PROPERTY = "onnxruntime.native.path";

  private NativeLibraries() {}

  /** Lets ONNX Runtime use them, where they are and no other path is set. */
  static void useThoseBesideTheJar() {
    if (System.getProperty(PROPERTY) != null) {
      return;
    }
    String platform =
        "linux-" + (System.getProperty("os.arch").equals("amd64") ? "x64" : "aarch64");
    try {
      Path jar = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path libraries = jar.resolveSibling("../native").resolve(platform).normalize();
      if (Files.isDirectory(libraries)) {
        System.setProperty(PROPERTY, libraries.toString());
      }
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the location of the program is no URI", e);
    }
  }
}
