package dev.modelfleet.quickstart;

import dev.modelfleet.runtime.transfer.PushCommand;
import dev.modelfleet.testclusters.Registry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** Puts files into a cluster's registry with the runtime image's own {@code push} command. */
public final class Push {

  private Push() {}

  /**
   * Pushes files as one artifact.
   *
   * @param registry of the cluster
   * @param repositoryAndTag for instance {@code models/minilm:1.0.0}
   * @return the {@code oci://} URI by which the cluster reaches it
   */
  public static String files(Registry registry, String repositoryAndTag, Path... files) {
    List<String> arguments = new ArrayList<>(List.of("--plain-http", registry.hostAddress()));
    for (Path file : files) {
      arguments.addAll(List.of("--file", file.toString()));
    }
    arguments.add("oci://" + registry.hostAddress() + "/" + repositoryAndTag);
    int code = new CommandLine(new PushCommand()).execute(arguments.toArray(String[]::new));
    if (code != 0) {
      throw new IllegalStateException("push of " + repositoryAndTag + " exited with " + code);
    }
    return "oci://" + registry.clusterAddress() + "/" + repositoryAndTag;
  }
}
