package dev.modelfleet.runtime.probe;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.ExitCode;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.ProbeRequest;
import dev.modelfleet.artifact.ProbeResult;
import dev.modelfleet.runtime.Environment;
import dev.modelfleet.runtime.FailureException;
import dev.modelfleet.runtime.Failures;
import dev.modelfleet.runtime.PhaseLog;
import dev.modelfleet.runtime.ResultFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures a variant on the device and compares it with the builder: the work of a probe Job. */
@Command(
    name = "probe",
    description = "Replays a variant's golden inputs on this device and measures it.",
    mixinStandardHelpOptions = true)
public final class ProbeCommand implements Callable<Integer> {

  @Option(
      names = "--request",
      paramLabel = "FILE",
      description =
          "The request as JSON; by default the value of " + ProbeRequest.ENVIRONMENT_VARIABLE + ".")
  private Path requestFile;

  @Option(
      names = "--result-file",
      paramLabel = "FILE",
      description = "Where the result goes besides standard output; default: /dev/termination-log")
  private Path resultFile;

  private final Map<String, String> environment;
  private final Path sys;
  private final PrintStream out;

  /** The command as the image runs it. */
  public ProbeCommand() {
    this(System.getenv(), Path.of("/sys"), System.out);
  }

  ProbeCommand(Map<String, String> environment, Path sys, PrintStream out) {
    this.environment = environment;
    this.sys = sys;
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    PhaseLog log = new PhaseLog(out);
    ProbeResult result;
    int exitCode = ExitCode.DONE;
    try {
      result = Failures.withReasons(() -> new VariantProbe(request(), sys, log).run());
    } catch (FailureException e) {
      log.failure(e);
      result = ProbeResult.failed(e.reason(), shorten(e.getMessage()));
      exitCode = e.reason().retryable() ? ExitCode.RETRYABLE_FAILURE : ExitCode.PERMANENT_FAILURE;
    }
    new ResultFile(resultFile, out).write(ContractJson.write(result));
    return exitCode;
  }

  private ProbeRequest request() {
    String json = Environment.request(requestFile, ProbeRequest.ENVIRONMENT_VARIABLE, environment);
    try {
      return ContractJson.read(json, ProbeRequest.class);
    } catch (IllegalArgumentException e) {
      throw new FailureException(FailureReason.INVALID_REQUEST, e.getMessage(), e);
    }
  }

  /** A termination message takes 4096 bytes; the rest of a result is far below 1000. */
  private static String shorten(String message) {
    int limit = 700;
    return message.length() <= limit ? message : message.substring(0, limit) + "…";
  }
}
