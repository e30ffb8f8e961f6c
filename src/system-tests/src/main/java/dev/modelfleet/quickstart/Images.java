package dev.modelfleet.quickstart;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The product's images, by digest, as a cluster refers to them.
 *
 * @param operator reference of the operator's image
 * @param runtime reference of the runtime image
 */
public record Images(Image operator, Image runtime) {

  /**
   * @param repository {@code host[:port]/path}
   * @param digest {@code sha256:…}
   */
  public record Image(String repository, String digest) {}

  /**
   * Builds both images from what Maven built and pushes them.
   *
   * @param root of the source tree
   * @param pushRegistry {@code host:port} as this process reaches the registry
   * @param pullRegistry {@code host:port} as the cluster's nodes reach it
   * @param architecture {@code amd64} or {@code arm64}; this machine's where none is given
   */
  public static Images build(
      Path root, String pushRegistry, String pullRegistry, String... architecture) {
    List<String> command = new ArrayList<>();
    command.add(root.resolve("src/system-tests/build-images").toString());
    command.addAll(List.of(pushRegistry, "dev"));
    command.addAll(List.of(architecture));
    String output = Program.run(command, builder -> {});
    Map<String, String> digests = new HashMap<>();
    output
        .lines()
        .map(line -> line.split(" "))
        .filter(words -> words.length == 2 && words[1].startsWith("sha256:"))
        .forEach(words -> digests.put(words[0], words[1]));
    return new Images(
        image(digests, pullRegistry, "operator", output),
        image(digests, pullRegistry, "runtime", output));
  }

  private static Image image(
      Map<String, String> digests, String registry, String name, String output) {
    String digest = digests.get(name);
    if (digest == null) {
      throw new IllegalStateException("the image " + name + " was not built:\n" + output);
    }
    return new Image(registry + "/modelfleet/" + name, digest);
  }
}
