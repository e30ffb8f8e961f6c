package dev.modelfleet.runtime;

import dev.modelfleet.runtime.build.BuildCommand;
import dev.modelfleet.runtime.probe.ProbeCommand;
import dev.modelfleet.runtime.serve.ServeCommand;
import dev.modelfleet.runtime.transfer.PullCommand;
import dev.modelfleet.runtime.transfer.PushCommand;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Entry point of the runtime image: {@code modelfleet-runtime COMMAND …}.
 *
 * <p>Only the command that is asked for is loaded, so that {@code serve} on an edge node pays
 * nothing for the classes of {@code build}.
 */
@Command(
    name = "modelfleet-runtime",
    description = "Compresses and proves models, serves them, and checks them on their devices.",
    mixinStandardHelpOptions = true,
    versionProvider = RuntimeVersion.class)
public final class Main implements Runnable {

  private static final Map<String, Supplier<Object>> COMMANDS = commands();

  @Spec private CommandSpec spec;

  private static Map<String, Supplier<Object>> commands() {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("build", BuildCommand::new);
    commands.put("probe", ProbeCommand::new);
    commands.put("serve", ServeCommand::new);
    commands.put("push", PushCommand::new);
    commands.put("pull", PullCommand::new);
    return commands;
  }

  /** Runs the command that the arguments name and exits with its exit code. */
  public static void main(String[] args) {
    NativeLibraries.useThoseBesideTheJar();
    System.exit(commandLine(args).execute(args));
  }

  /** The command line with the command that {@code args} names, or with all where none is named. */
  static CommandLine commandLine(String... args) {
    CommandLine commandLine = new CommandLine(new Main());
    if (args.length > 0 && COMMANDS.containsKey(args[0])) {
      commandLine.addSubcommand(args[0], COMMANDS.get(args[0]).get());
    } else {
      COMMANDS.forEach((name, command) -> commandLine.addSubcommand(name, command.get()));
    }
    commandLine
        .getSubcommands()
        .values()
        .forEach(command -> command.getCommandSpec().versionProvider(new RuntimeVersion()));
    return commandLine;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "no command given: give one of " + String.join(", ", COMMANDS.keySet()));
  }
}
