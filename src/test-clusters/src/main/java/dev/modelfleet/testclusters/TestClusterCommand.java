package dev.modelfleet.testclusters;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line of test clusters. */
@Command(
    name = "test-cluster",
    description = "Starts, finds and removes Kubernetes clusters for tests.",
    subcommands = {
      TestClusterCommand.Up.class,
      TestClusterCommand.Down.class,
      TestClusterCommand.Env.class,
      TestClusterCommand.Clean.class
    })
public final class TestClusterCommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help and exit.")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  private TestClusterCommand() {}

  /**
   * Runs the command and ends the process with its status: 0, 1 for a failed cluster, 2 for wrong
   * usage.
   */
  public static void main(String[] arguments) {
    CommandLine commandLine = new CommandLine(new TestClusterCommand());
    commandLine.setExecutionExceptionHandler(
        (exception, command, result) -> {
          if (exception instanceof ClusterException) {
            command.getErr().println(exception.getMessage());
            return 1;
          }
          throw exception;
        });
    System.exit(commandLine.execute(arguments));
  }

  /** Prints the lines that put a cluster into a shell. */
  private static void printEnvironment(TestCluster cluster, PrintWriter out) {
    out.println("export KUBECONFIG=" + cluster.kubeconfig());
    out.println(
        "export PATH=%s:$PATH"
            .formatted(
                cluster.searchPath().stream()
                    .map(Path::toString)
                    .collect(Collectors.joining(":"))));
    out.println("export MODELFLEET_REGISTRY_PUSH=" + cluster.registry().hostAddress());
    out.println("export MODELFLEET_REGISTRY_PULL=" + cluster.registry().clusterAddress());
    out.flush();
  }

  /** {@code up}. */
  @Command(
      name = "up",
      description =
          "Starts a cluster, or finds the kept one of that name, and prints its environment.")
  static final class Up implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
        names = "--name",
        defaultValue = ClusterSpec.DEFAULT_NAME,
        description = "Default: ${DEFAULT-VALUE}.")
    private String name;

    @Option(
        names = "--nodes",
        defaultValue = "2",
        description = "Real nodes: edge-1, gpu-1, edge-2, … Default: ${DEFAULT-VALUE}.")
    private int nodes;

    @Option(
        names = "--kwok-nodes",
        defaultValue = "0",
        description = "Simulated nodes beside them. Default: ${DEFAULT-VALUE}.")
    private int kwokNodes;

    @Option(
        names = "--keep",
        description =
            "Leave the cluster running; without it the command stays until Ctrl-C and removes it.")
    private boolean keep;

    @Override
    public Integer call() throws InterruptedException {
      PrintWriter out = spec.commandLine().getOut();
      ClusterSpec wanted = ClusterSpec.named(name).withNodes(nodes).withKwokNodes(kwokNodes);
      TestCluster cluster = Providers.standard(out::println).start(keep ? wanted.kept() : wanted);
      printEnvironment(cluster, out);
      if (!keep) {
        out.println("Press Ctrl-C to remove the cluster.");
        out.flush();
        new CountDownLatch(1).await();
      }
      return 0;
    }
  }

  /** {@code down}. */
  @Command(name = "down", description = "Removes a cluster with everything it left on this host.")
  static final class Down implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
        names = "--name",
        defaultValue = ClusterSpec.DEFAULT_NAME,
        description = "Default: ${DEFAULT-VALUE}.")
    private String name;

    @Override
    public Integer call() {
      PrintWriter out = spec.commandLine().getOut();
      boolean removed = Providers.standard(out::println).remove(name);
      out.println(removed ? "Removed cluster " + name : "There is no cluster " + name);
      return 0;
    }
  }

  /** {@code env}. */
  @Command(
      name = "env",
      description = "Prints the lines that put a running cluster into a shell: eval \"$(… env)\".")
  static final class Env implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
        names = "--name",
        defaultValue = ClusterSpec.DEFAULT_NAME,
        description = "Default: ${DEFAULT-VALUE}.")
    private String name;

    @Override
    public Integer call() {
      PrintWriter out = spec.commandLine().getOut();
      TestCluster cluster =
          Providers.standard(spec.commandLine().getErr()::println)
              .find(name)
              .orElseThrow(
                  () ->
                      new ClusterException(
                          "There is no cluster %s: start it with up".formatted(name)));
      printEnvironment(cluster, out);
      return 0;
    }
  }

  /** {@code clean}. */
  @Command(name = "clean", description = "Removes what clusters left whose starter was killed.")
  static final class Clean implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      PrintWriter out = spec.commandLine().getOut();
      out.println(
          "Removed %d abandoned clusters"
              .formatted(Providers.standard(out::println).removeAbandoned().size()));
      return 0;
    }
  }
}
