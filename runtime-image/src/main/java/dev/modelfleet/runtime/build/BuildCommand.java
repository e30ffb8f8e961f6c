package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.BuildRequest;
import dev.modelfleet.artifact.BuildResult;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.ExitCode;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.runtime.Environment;
import dev.modelfleet.runtime.FailureException;
import dev.modelfleet.runtime.Failures;
import dev.modelfleet.runtime.PhaseLog;
import dev.modelfleet.runtime.ResultFile;
import dev.modelfleet.runtime.remote.DockerCredentials;
import dev.modelfleet.runtime.remote.RemoteHttp;
import dev.modelfleet.runtime.remote.RemoteLimits;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compresses a model, proves the result and publishes it: the work of a build Job. */
@Command(
    name = "build",
    description = "Builds, proves and publishes the variant that a request asks for.",
    mixinStandardHelpOptions = true)
public final class BuildCommand implements Callable<Integer> {

  @Option(
      names = "--request",
      paramLabel = "FILE",
      description =
          "The request as JSON; by default the value of " + BuildRequest.ENVIRONMENT_VARIABLE + ".")
  private Path requestFile;

  @Option(
      names = "--work-dir",
      paramLabel = "DIRECTORY",
      defaultValue = "/tmp/modelfleet/work",
      description = "Where files are kept meanwhile, below build. Default: ${DEFAULT-VALUE}")
  private Path workDirectory;

  @Option(
      names = "--result-file",
      paramLabel = "FILE",
      description = "Where the result goes besides standard output; default: /dev/termination-log")
  private Path resultFile;

  private final Map<String, String> environment;
  private final PrintStream out;
  private final RemoteLimits limits;

  /** The command as the image runs it. */
  public BuildCommand() {
    this(System.getenv(), System.out, RemoteLimits.DEFAULT);
  }

  BuildCommand(Map<String, String> environment, PrintStream out, RemoteLimits limits) {
    this.environment = environment;
    this.out = out;
    this.limits = limits;
  }

  @Override
  public Integer call() throws IOException {
    PhaseLog log = new PhaseLog(out);
    BuildResult result;
    int exitCode = ExitCode.DONE;
    try {
      result = Failures.withReasons(() -> build(log));
    } catch (FailureException e) {
      log.failure(e);
      result = BuildResult.failed(e.reason(), e.getMessage());
      exitCode = e.reason().retryable() ? ExitCode.RETRYABLE_FAILURE : ExitCode.PERMANENT_FAILURE;
    }
    new ResultFile(resultFile, out).write(ResultMessage.fit(result));
    return exitCode;
  }

  private BuildResult build(PhaseLog log) {
    BuildRequest request =
        read(Environment.request(requestFile, BuildRequest.ENVIRONMENT_VARIABLE, environment));
    RequestCheck.check(request);
    Path work = WorkDirectory.fresh(workDirectory);
    Set<String> plainHttp = Set.copyOf(request.publication().plainHttpRegistries());
    try (RemoteHttp http =
        new RemoteHttp(plainHttp, DockerCredentials.fromEnvironment(environment), limits)) {
      return new BuildPipeline(request, http, work, log).run();
    }
  }

  private static BuildRequest read(String json) {
    try {
      return ContractJson.read(json, BuildRequest.class);
    } catch (IllegalArgumentException e) {
      throw new FailureException(FailureReason.INVALID_REQUEST, e.getMessage(), e);
    }
  }
}
