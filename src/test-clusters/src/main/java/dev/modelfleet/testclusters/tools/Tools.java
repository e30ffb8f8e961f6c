package dev.modelfleet.testclusters.tools;

import dev.modelfleet.testclusters.host.HostCommand;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** The programs of a test cluster, built on first use. */
public final class Tools {
  private final ToolBuild build;

  /** Programs from this user's cache; {@code progress} takes the lines of a build. */
  public Tools(Consumer<String> progress) {
    this.build = new ToolBuild(ToolBuild.userCache(System.getenv()), progress);
  }

  /** The folder with the programs of {@code module}. */
  public Path folder(ToolModule module) {
    return build.folder(module);
  }

  /** The path of {@code program}, which {@code module} builds. */
  public Path program(ToolModule module, String program) {
    return build.folder(module).resolve(program);
  }

  /** {@code program} as it is installed on this host, else as {@code module} builds it. */
  public Path installedOrBuilt(ToolModule module, String program) {
    return HostCommand.find(program).orElseGet(() -> program(module, program));
  }

  /** The path of the program that bears its module's name. */
  public Path program(ToolModule module) {
    return program(module, module.folder());
  }

  /** Why nothing can be built here; empty where it can. */
  public static Optional<String> unavailable() {
    return HostCommand.find("go").isPresent()
        ? Optional.empty()
        : Optional.of("Go is not installed: install Go 1.26 or newer to build the test cluster");
  }
}
