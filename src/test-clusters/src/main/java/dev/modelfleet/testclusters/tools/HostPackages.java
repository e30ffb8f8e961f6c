package dev.modelfleet.testclusters.tools;

import dev.modelfleet.testclusters.ClusterException;
import dev.modelfleet.testclusters.host.HostCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The programs of the distribution that real nodes need, and the Debian packages that hold them.
 */
public final class HostPackages {
  private static final Map<String, String> PACKAGE_OF = new LinkedHashMap<>();

  static {
    PACKAGE_OF.put("runc", "runc");
    PACKAGE_OF.put("iptables", "iptables");
    PACKAGE_OF.put("ip", "iproute2");
    PACKAGE_OF.put("conntrack", "conntrack");
    PACKAGE_OF.put("nsenter", "util-linux");
    PACKAGE_OF.put("busybox", "busybox-static");
  }

  /** Where Debian puts the network plugins of containers. */
  public static final Path CNI_PLUGINS = Path.of("/usr/lib/cni");

  private HostPackages() {}

  /** The packages that are missing here. */
  public static List<String> missing() {
    Stream<String> programs =
        PACKAGE_OF.entrySet().stream()
            .filter(entry -> HostCommand.find(entry.getKey()).isEmpty())
            .map(Map.Entry::getValue);
    Stream<String> plugins =
        Files.isExecutable(CNI_PLUGINS.resolve("ptp"))
            ? Stream.empty()
            : Stream.of("containernetworking-plugins");
    return Stream.concat(programs, plugins).toList();
  }

  /** Why the missing packages cannot be installed from here; empty where nothing is in the way. */
  public static Optional<String> unavailable() {
    List<String> missing = missing();
    if (missing.isEmpty() || HostCommand.find("apt-get").isPresent()) {
      return Optional.empty();
    }
    return Optional.of("install these packages: " + String.join(" ", missing));
  }

  /**
   * Installs what is missing with apt-get.
   *
   * @throws ClusterException when that fails, naming the packages
   */
  public static void install(Consumer<String> progress) {
    List<String> missing = missing();
    if (missing.isEmpty()) {
      return;
    }
    String names = String.join(" ", missing);
    progress.accept("Installing " + names);
    String install =
        "DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends " + names;
    HostCommand.Result result =
        HostCommand.tryRun(
            List.of("sh", "-c", install + " || { apt-get update -q && " + install + "; }"));
    if (!result.ok()) {
      throw new ClusterException(
          "Install these packages by hand: %s. apt-get said: %s".formatted(names, result.output()));
    }
  }
}
