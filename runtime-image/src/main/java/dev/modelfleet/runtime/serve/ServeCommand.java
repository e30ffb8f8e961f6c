package dev.modelfleet.runtime.serve;

import dev.modelfleet.artifact.ExitCode;
import dev.modelfleet.compression.runtime.Telemetry;
import dev.modelfleet.runtime.serve.http.HttpLimits;
import dev.modelfleet.runtime.serve.http.Tls;
import dev.modelfleet.runtime.serve.model.Batching;
import dev.modelfleet.runtime.serve.model.EngineOptions;
import dev.modelfleet.runtime.serve.model.ModelCatalog;
import dev.modelfleet.runtime.serve.model.ModelLoadException;
import dev.modelfleet.runtime.serve.model.ServingOptions;
import dev.modelfleet.runtime.serve.model.SingleVariant;
import dev.modelfleet.runtime.serve.model.VariantSource;
import dev.modelfleet.runtime.serve.protocol.Access;
import dev.modelfleet.runtime.serve.repository.ModelTree;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
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
          + " is 0, and no inference is answered.",
      "",
      "Exit codes: 0 after SIGTERM or SIGINT, 65 where the variant can't be loaded, 75 where a port"
          + " can't be had."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
public final class ServeCommand implements Callable<Integer> {

  private static final int SELF_TEST_FAILURE = 1;
  private static final long MIB = 1 << 20;

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

  @Option(names = "--name", description = "name of the model in paths; variant.json's by default")
  private String name;

  @Option(names = "--host", description = "address to listen on", defaultValue = "0.0.0.0")
  private String host;

  @Option(
      names = "--http-port",
      description = "port of the protocol over HTTP",
      defaultValue = "8000")
  private int httpPort;

  @Option(
      names = "--grpc-port",
      description = "port of the protocol over gRPC",
      defaultValue = "8001")
  private int grpcPort;

  @Option(names = "--metrics-port", description = "port of /metrics", defaultValue = "8002")
  private int metricsPort;

  @Option(
      names = "--threads",
      description = "threads of one inference; 0: as many as the container's CPU limit allows",
      defaultValue = "0")
  private int threads;

  @Option(
      names = "--instances",
      description = "requests that run at the same time; 0: as many as --threads",
      defaultValue = "0")
  private int instances;

  @Option(
      names = "--queue",
      description = "requests that may wait; more are refused with 503",
      defaultValue = "256")
  private int queue;

  @Option(
      names = "--queue-timeout-us",
      description =
          "microseconds that a request may wait which gives no timeout of its own, then it is"
              + " refused with 503; 0: any time",
      defaultValue = "0")
  private long queueTimeoutMicros;

  @Option(
      names = "--priority-levels",
      description =
          "levels of urgency that requests may name in their parameter priority: 1 goes first,"
              + " requests that name none go last",
      defaultValue = "1")
  private int priorityLevels;

  @Option(
      names = "--max-batch-size",
      description =
          "join requests of equal shape to batches of up to so many items; 0: every request runs"
              + " alone. The golden inputs must then agree in a batch as well",
      defaultValue = "0")
  private int maxBatchSize;

  @Option(
      names = "--preferred-batch-sizes",
      split = ",",
      description = "sizes that run as soon as they are reached, for instance 4,8")
  private List<Integer> preferredBatchSizes = List.of();

  @Option(
      names = "--batch-delay-us",
      description =
          "microseconds that a request may wait for others to join while the model is at work;"
              + " while it is idle, none waits",
      defaultValue = "0")
  private long batchDelayMicros;

  @Option(
      names = "--pad-batches",
      description = "fill batches up with zeros to the next preferred size",
      defaultValue = "false")
  private boolean padBatches;

  @Option(
      names = "--spin",
      description = "let idle threads spin: shorter latency, a busy CPU",
      defaultValue = "false")
  private boolean spin;

  @Option(
      names = "--no-arena",
      description = "give memory back after each inference: smaller, a little slower",
      defaultValue = "false")
  private boolean noArena;

  @Option(
      names = "--execution-provider",
      description = "ONNX Runtime execution provider; that of variant.json's target by default")
  private String executionProvider;

  @Option(
      names = "--tls-certificate",
      description =
          "PEM file with the certificate chain: HTTP and gRPC by TLS only, the metrics stay in the"
              + " clear; read when the server starts")
  private Path tlsCertificate;

  @Option(names = "--tls-key", description = "PEM file with the certificate's key (PKCS #8)")
  private Path tlsKey;

  @Option(
      names = "--tls-client-ca",
      description = "PEM file with authorities: every client must show a certificate of one")
  private Path clientAuthorities;

  @Option(
      names = "--bearer-token-file",
      description =
          "file with a token that clients must show in the header Authorization, but for health")
  private Path bearerTokenFile;

  @Option(
      names = "--max-body-bytes",
      description =
          "largest request body, after decompression; 0: a quarter of the JVM's memory, at most 64"
              + " MiB",
      defaultValue = "0")
  private long maxBodyBytes;

  @Option(
      names = "--max-in-flight-bytes",
      description =
          "request bodies in memory at the same time, more are refused with 503; 0: half of the"
              + " JVM's memory, at most 256 MiB",
      defaultValue = "0")
  private long maxInFlightBytes;

  @Option(
      names = "--max-connections",
      description = "open connections; more are closed at once",
      defaultValue = "1024")
  private int maxConnections;

  @Option(
      names = "--body-timeout",
      description = "seconds in which all of a request's body must arrive",
      defaultValue = "30")
  private int bodyTimeout;

  @Option(
      names = "--idle-timeout",
      description = "seconds after which a connection without a request is closed",
      defaultValue = "300")
  private int idleTimeout;

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
      names = "--self-test",
      description = {
        "start, ask everything once over the server's own ports, and exit: 0 where all was well, 1"
            + " where not; without --model-dir with a small model that comes along. The run from",
        "which an image's AOT cache is made: java -XX:AOTCacheOutput=FILE … serve --self-test"
      },
      defaultValue = "false")
  private boolean selfTest;

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
      server.start();
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
        access(),
        tls(),
        host,
        httpPort,
        grpcPort,
        metricsPort,
        limits(),
        Duration.ofSeconds(selfTest ? 0 : drainDelay),
        Duration.ofSeconds(gracePeriod));
  }

  private Access access() {
    if (bearerTokenFile == null) {
      return Access.OPEN;
    }
    try {
      return Access.byToken(bearerTokenFile);
    } catch (IOException e) {
      throw new ParameterException(spec.commandLine(), "--bearer-token-file: " + e.getMessage(), e);
    }
  }

  private Tls tls() {
    boolean complete = (tlsCertificate == null) == (tlsKey == null);
    if (!complete || (clientAuthorities != null && tlsCertificate == null)) {
      throw new ParameterException(
          spec.commandLine(),
          "--tls-certificate and --tls-key go together, and --tls-client-ca only with them");
    }
    if (tlsCertificate != null && selfTest) {
      throw new ParameterException(
          spec.commandLine(), "--self-test asks without TLS: leave --tls-certificate out");
    }
    return new Tls(tlsCertificate, tlsKey, clientAuthorities);
  }

  private ModelCatalog catalog(Path directory) throws ModelLoadException {
    if (modelRepository != null) {
      return new ModelTree(modelRepository, serving());
    }
    String served = name == null ? VariantSource.read(directory).manifest().name() : name;
    return new SingleVariant(served, directory, serving());
  }

  private ServingOptions serving() {
    if (priorityLevels < 1 || priorityLevels > ServingOptions.MAX_PRIORITY_LEVELS) {
      throw new ParameterException(
          spec.commandLine(),
          "--priority-levels is %d, must be from 1 to %d"
              .formatted(priorityLevels, ServingOptions.MAX_PRIORITY_LEVELS));
    }
    int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    return new ServingOptions(
        new EngineOptions(count, spin, !noArena, executionProvider),
        instances > 0 ? instances : count,
        queue,
        priorityLevels,
        queueTimeoutMicros,
        batching());
  }

  private Batching batching() {
    try {
      return new Batching(maxBatchSize, preferredBatchSizes, batchDelayMicros, padBatches);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private HttpLimits limits() {
    long memory = Runtime.getRuntime().maxMemory();
    return new HttpLimits(
        maxBodyBytes > 0 ? maxBodyBytes : Math.min(64 * MIB, memory / 4),
        maxInFlightBytes > 0 ? maxInFlightBytes : Math.min(256 * MIB, memory / 2),
        maxConnections,
        Duration.ofSeconds(bodyTimeout),
        HttpLimits.DEFAULT.firstRequestTimeout(),
        Duration.ofSeconds(idleTimeout));
  }

  private static String version() {
    String version = ServeCommand.class.getPackage().getImplementationVersion();
    return version == null ? "unversioned" : version;
  }
}
