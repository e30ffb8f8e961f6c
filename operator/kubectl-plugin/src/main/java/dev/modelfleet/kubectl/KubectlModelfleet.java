package dev.modelfleet.kubectl;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code kubectl modelfleet}: looks at rollouts and acts on them. */
@Command(
    name = "kubectl modelfleet",
    mixinStandardHelpOptions = true,
    version = "kubectl-modelfleet 0.1.0",
    description = "Looks at ModelDeployments and acts on their rollouts.",
    subcommands = {
      StatusCommand.class,
      PlanCommand.class,
      HistoryCommand.class,
      ActionCommands.Undo.class,
      ActionCommands.Pause.class,
      ActionCommands.Resume.class,
      ActionCommands.Promote.class,
      ActionCommands.Abort.class,
      ActionCommands.Retry.class,
      TopCommand.class,
      ReportCommand.class
    })
public final class KubectlModelfleet {

  private KubectlModelfleet() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(
        run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments));
  }

  /** Runs a command and gives its exit code; anything wrong is told in a line. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine commandLine = new CommandLine(new KubectlModelfleet());
    commandLine.setOut(out).setErr(err);
    commandLine.setParameterExceptionHandler(
        (e, given) -> {
          err.println("error: " + e.getMessage());
          err.println("See: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
          return ExitCode.ERROR;
        });
    commandLine.setExecutionExceptionHandler(
        (e, command, given) -> {
          err.println("error: " + words(e));
          return ExitCode.ERROR;
        });
    return arguments.length == 0 ? usage(commandLine) : commandLine.execute(arguments);
  }

  private static int usage(CommandLine commandLine) {
    commandLine.usage(commandLine.getOut());
    return ExitCode.DONE;
  }

  private static String words(Exception exception) {
    if (exception instanceof KubernetesClientException e) {
      return e.getStatus() != null && e.getStatus().getMessage() != null
          ? e.getStatus().getMessage()
          : "the API server can't be asked: " + root(e);
    }
    return exception instanceof CommandException ? exception.getMessage() : exception.toString();
  }

  private static String root(Throwable throwable) {
    Throwable cause = throwable;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
