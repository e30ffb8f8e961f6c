package dev.modelfleet.quickstart;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs kubectl, and Helm, against one cluster: the quickstart does with them what a user would do.
 *
 * @param program the kubectl or helm program
 * @param kubeconfig of the cluster
 */
public record Kubectl(Path program, Path kubeconfig) {

  /** Runs it and returns what it printed. */
  public String run(String... arguments) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    return Program.run(
        command, builder -> builder.environment().put("KUBECONFIG", kubeconfig.toString()));
  }

  /** Runs it, prints the command as a user would type it, and what it printed. */
  public void show(String... arguments) {
    System.out.println("\n$ " + program.getFileName() + " " + String.join(" ", arguments));
    System.out.print(run(arguments));
  }
}
