package dev.modelfleet.runtime.serve;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.ExitCode;
import dev.modelfleet.artifact.ServeFailure;
import dev.modelfleet.compression.runtime.Telemetry;
import dev.modelfleet.runtime.serve.model.ModelCatalog;
import dev.modelfleet.runtime.serve.model.ModelLoadException;
import dev.modelfleet.runtime.serve.model.SingleVariant;
import dev.modelfleet.runtime.serve.model.VariantSource;
import dev.modelfleet.runtime.serve.repository.ModelTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import sun.misc.Signal;

/** {@code serve}: answers inference requests until it is told to stop. */
@Command(
    name = "serve",
    description = {
      "Serves a variant, or several, over the Open Inference Protocol v2.",
      "",
      "The variant's golden inputs are replayed before the server says that it is ready. Where this"
          + " device's outputs disagree with the builder's, the server stays up, alive and not ready:"
          + " GET /v2/health/ready answers 503 with the reason, the metric modelfleet_golden_agreement"
          + " is 0, and no inference is answered. With --termination-message it ends instead.",
      "",
      "Exit codes: 0 after SIGTERM or SIGINT, 65 where the variant can't be loaded, 75 where a port"
          + " can't be had."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
public final class ServeCommand implements Callable<Integer> {

  private static final int SELF_TEST_FAILURE = 1;

  @Option(names = "--model-dir", description = "directory of one variant, with variant.json")
  private Path modelDirectory;

  @Option(
      names = "--model-repository",
      description =
          "directory of several models in Triton's layout, in place of --model-dir: MODEL/VERSION/"
              + " with a variant or just model.onnx, and MODEL/config.pbtxt where options differ"
              + " from those given here")
  private Path modelRepository;

  @Option(
      names = "--model-control",
      description =
          "let clients load (again) and unload models by the repository extension; whoever reaches"
              + " the port may do so",
      defaultValue = "false")
  private boolean modelControl;

  @Option(
      names = "--poll-seconds",
      description =
          "how often the models' files are looked at: what has changed is loaded, proven and"
              + " swapped in, what is gone is unloaded; 0: never",
      defaultValue = "0")
  private int pollSeconds;

  @Option(names = "--name", description = "name of the model in paths; variant.json's by default")
  private String name;

  @Option(
      names = "--drain-delay",
      description = "seconds between SIGTERM and refusing connections, for load balancers",
      defaultValue = "5")
  private int drainDelay;

  @Option(
      names = "--grace-period",
      description = "seconds after that in which running requests may end",
      defaultValue = "20")
  private int gracePeriod;

  @Option(
      names = "--log-json",
      description = "write each line of the log as a JSON object",
      defaultValue = "false")
  private boolean jsonLog;

  @Option(
      names = "--termination-message",
      description =
          "file to which the reason is written, as JSON, where the variant can't be served here;"
              + " the server then ends with 65 also where its golden inputs disagree, so that"
              + " whoever started it knows")
  private Path terminationMessage;

  @Option(
      names = "--self-test",
      description = {
        "start, ask everything once over the server's own ports, and exit: 0 where all was well, 1"
            + " where not; without --model-dir with a small model that comes along. The run from",
        "which an image's AOT cache is made: java -XX:AOTCacheOutput=FILE … serve --self-test"
      },
      defaultValue = "false")
  private boolean selfTest;

  @Mixin private ExecutionArguments execution;

  @Mixin private ConnectionArguments connections;

  @Mixin private TraceArguments traces;

  @Spec private CommandSpec spec;

  private ServeLog log;

  @Override
  public Integer call() {
    // First of all: ONNX Runtime reads its environment while its library is loaded.
    Telemetry.turnOff();
    log = new ServeLog(System.out, jsonLog);
    try {
      return selfTest && modelDirectory == null && modelRepository == null
          ? selfTestOfBundledModel()
          : serve(modelDirectory());
    } catch (ModelLoadException e) {
      log.error(e.getMessage());
      tell(e.failure());
      return ExitCode.PERMANENT_FAILURE;
    } catch (ServerStartException e) {
      log.error(e.getMessage());
      return ExitCode.RETRYABLE_FAILURE;
    } catch (IOException e) {
      log.error("self-test failed: " + e.getMessage());
      return SELF_TEST_FAILURE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.DONE;
    }
  }

  private void tell(ServeFailure failure) {
    if (terminationMessage != null) {
      try {
        Files.writeString(terminationMessage, ContractJson.write(failure));
      } catch (IOException e) {
        log.warn("can't write %s: %s".formatted(terminationMessage, e.getMessage()));
      }
    }
  }

  /** Null where there is a repository. */
  private Path modelDirectory() {
    if ((modelDirectory == null) == (modelRepository == null)) {
      throw new ParameterException(
          spec.commandLine(),
          "give either --model-dir, a variant's directory, or --model-repository, a directory of several models");
    }
    if (modelRepository != null && name != null) {
      throw new ParameterException(
          spec.commandLine(), "--name is for --model-dir: a repository's directories name models");
    }
    return modelDirectory;
  }

  private int selfTestOfBundledModel()
      throws IOException, ModelLoadException, ServerStartException, InterruptedException {
    Path bundled = SelfTest.bundledVariant();
    try {
      return serve(bundled);
    } finally {
      SelfTest.remove(bundled);
    }
  }

  private int serve(Path directory)
      throws IOException, ModelLoadException, ServerStartException, InterruptedException {
    CountDownLatch stop = new CountDownLatch(1);
    // Not a shutdown hook: ONNX Runtime has one that frees its environment, and hooks run together.
    Signal.handle(new Signal("TERM"), signal -> stop.countDown());
    Signal.handle(new Signal("INT"), signal -> stop.countDown());
    try (Server server = new Server(options(directory), log, version())) {
      server.start(terminationMessage != null);
      if (selfTest) {
        server.selfTest();
      } else {
        stop.await();
      }
      return ExitCode.DONE;
    }
  }

  private ServeOptions options(Path directory) throws ModelLoadException {
    return new ServeOptions(
        catalog(directory),
        modelControl,
        Duration.ofSeconds(pollSeconds),
        connections.access(),
        connections.tls(selfTest),
        connections.reread(),
        connections.ports(),
        connections.limits(),
        traces.traces(version()),
        Duration.ofSeconds(selfTest ? 0 : drainDelay),
        Duration.ofSeconds(gracePeriod));
  }

  private ModelCatalog catalog(Path directory) throws ModelLoadException {
    if (modelRepository != null) {
      return new ModelTree(modelRepository, execution.serving());
    }
    String served = name == null ? VariantSource.read(directory).manifest().name() : name;
    return new SingleVariant(served, directory, execution.serving());
  }

  private static String version() {
    String version = ServeCommand.class.getPackage().getImplementationVersion();
    return version == null ? "unversioned" : version;
  }
}
