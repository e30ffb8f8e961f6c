package dev.modelfleet.compression.cli;

import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.StepNotApplicableException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line {@code modelfleet}. Exit codes: {@link ExitStatus}. */
@Command(
    name = "modelfleet",
    description = "Compress ONNX models and prove what was kept.",
    subcommands = {
      CompressCommand.class,
      InspectCommand.class,
      CompareCommand.class,
      SensitivityCommand.class
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:done; compress found a variant that holds its gates",
      "1:a defect of this program",
      "2:wrong usage of the command line",
      "3:no recipe gave a variant that holds the gates",
      "65:a model, data set or recipe file can't be used"
    })
public final class ModelfleetCommand {

  private ModelfleetCommand() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command line with its error handling, to run within a process. */
  public static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new ModelfleetCommand());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExecutionExceptionHandler(
        (exception, command, parsed) -> {
          if (exception instanceof CompressionException e) {
            command.getErr().println("error: %s (%s)".formatted(e.getMessage(), e.reason()));
            return ExitStatus.BAD_INPUT;
          }
          if (exception instanceof StepNotApplicableException
              || exception instanceof RecipeFileException) {
            command.getErr().println("error: " + exception.getMessage());
            return ExitStatus.BAD_INPUT;
          }
          throw exception;
        });
    return commandLine;
  }
}
