package dev.modelfleet.runtime.serve;

import dev.modelfleet.runtime.serve.grpc.GrpcFrontEnd;
import dev.modelfleet.runtime.serve.http.AcceptedSockets;
import dev.modelfleet.runtime.serve.http.BodyBudget;
import dev.modelfleet.runtime.serve.http.Connections;
import dev.modelfleet.runtime.serve.http.FrontEndContext;
import dev.modelfleet.runtime.serve.http.HttpFrontEnd;
import dev.modelfleet.runtime.serve.model.ModelLoadException;
import dev.modelfleet.runtime.serve.model.ModelRepository;
import dev.modelfleet.runtime.serve.model.ModelSlot;
import dev.modelfleet.runtime.serve.model.ServedModel;
import dev.modelfleet.runtime.serve.protocol.ServingState;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The server's life: listen, load and prove, serve, drain. */
final class Server implements AutoCloseable {

  private static final Duration SOCKETS = Duration.ofSeconds(10);
  private static final long DRAIN_CHECK_MILLIS = 20;

  private final ServeOptions options;
  private final ServeLog log;
  private final AcceptedSockets accepted;
  private final Connections connections;
  private final Vertx vertx;
  private final ModelRepository models;
  private final HttpFrontEnd http;
  private final GrpcFrontEnd grpc;
  private final MetricsFrontEnd metrics;
  private volatile boolean draining;
  private volatile double secondsToReady;
  private int httpPort;
  private int grpcPort;
  private int metricsPort;

  Server(ServeOptions options, ServeLog log, String version) {
    this.options = options;
    this.log = log;
    this.accepted = new AcceptedSockets(options.limits().maxConnections());
    this.connections = new Connections(options.limits(), accepted);
    this.vertx = EventLoops.create(accepted);
    this.models = new ModelRepository(options.catalog(), options.modelControl());
    FrontEndContext context =
        new FrontEndContext(
            vertx,
            models,
            this::state,
            options.limits(),
            new BodyBudget(options.limits().maxInFlightBytes()),
            options.access(),
            connections,
            options.traces(),
            version);
    StatusPage page = new StatusPage(context, this::inFlight);
    this.grpc = new GrpcFrontEnd(context);
    this.http =
        new HttpFrontEnd(context, page::render, options.ports().shared() ? grpc::handle : null);
    MetricsPage figures = new MetricsPage(context, this::inFlight);
    this.metrics =
        new MetricsFrontEnd(vertx, accepted, () -> figures.render(state().ready(), secondsToReady));
  }

  /**
   * Listens, so that liveness and the reason for not being ready can be asked, and loads the model
   * meanwhile. A model whose golden inputs disagree leaves the server up, alive and not ready.
   *
   * @throws ModelLoadException where the model can't be loaded at all
   * @throws ServerStartException where a port can't be had
   */
  void start() throws ModelLoadException, ServerStartException {
    start(false);
  }

  /**
   * As {@link #start()}.
   *
   * @param endsOnMismatch whether a model whose golden inputs disagree is an error like any other
   */
  void start(boolean endsOnMismatch) throws ModelLoadException, ServerStartException {
    // Known before the first request can arrive, so that nothing is ready without its model.
    List<String> names = options.catalog().names();
    names.forEach(models::announce);
    Ports ports = options.ports();
    Future<Integer> httpListening = http.listen(ports.host(), ports.http(), options.tls());
    Future<Integer> grpcListening =
        ports.shared() ? httpListening : grpc.listen(ports.host(), ports.grpc(), options.tls());
    Future<Integer> metricsListening = metrics.listen(ports.host(), ports.metrics());
    List<ModelLoadException> failures = load(names);
    httpPort = await(httpListening, "--http-port " + ports.http());
    grpcPort = await(grpcListening, "--grpc-port " + ports.grpc());
    metricsPort = await(metricsListening, "--metrics-port " + ports.metrics());
    for (ModelLoadException failure : failures) {
      if (names.size() == 1 && (endsOnMismatch || failure.golden() == null)) {
        throw failure;
      }
      log.error("not serving, and staying so: " + failure.getMessage());
    }
    watch();
    if (failures.isEmpty()) {
      secondsToReady = ProcessFacts.secondsSinceStart();
      log.info(
          "ready: %s, HTTP on port %d, gRPC on port %d, metrics on port %d, %.3f s after the start of the process"
              .formatted(described(names), httpPort, grpcPort, metricsPort, secondsToReady));
    }
  }

  /** Looks for files that are replaced while the server runs. */
  private void watch() {
    every(
        options.reread(),
        options.tls().files(),
        new ReplacedFiles("certificates", options.tls().files(), this::rereadCertificates, log));
    every(
        options.reread(),
        options.access().files(),
        new ReplacedFiles("token", options.access().files(), options.access()::reread, log));
    if (options.poll().isPositive()) {
      vertx.setPeriodic(
          options.poll().toMillis(), id -> vertx.executeBlocking(this::refresh, true));
    }
  }

  private void every(Duration period, List<Path> files, ReplacedFiles replaced) {
    if (!files.isEmpty()) {
      vertx.setPeriodic(
          period.toMillis(),
          id ->
              vertx.executeBlocking(
                  () -> {
                    replaced.check();
                    return null;
                  },
                  false));
    }
  }

  private void rereadCertificates() throws IOException {
    Future<?> done = Future.all(http.reread(options.tls()), grpc.reread(options.tls()));
    try {
      done.toCompletionStage().toCompletableFuture().get(SOCKETS.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Void refresh() {
    try {
      models.refresh().forEach(log::info);
    } catch (ModelLoadException e) {
      log.error("the models can't be looked at: " + e.getMessage());
    }
    return null;
  }

  private static String described(List<String> names) {
    if (names.isEmpty()) {
      return "no model";
    }
    return (names.size() == 1 ? "model '" : "models '") + String.join("', '", names) + "'";
  }

  /** Loads all models; one that can't be loaded does not keep the others from being served. */
  private List<ModelLoadException> load(List<String> names) {
    List<ModelLoadException> failures = new ArrayList<>();
    for (String name : names) {
      try {
        models.load(name);
        for (String version : models.versions(name)) {
          loaded(models.find(name, version));
        }
      } catch (ModelLoadException e) {
        failures.add(e);
      }
    }
    return failures;
  }

  private void loaded(ModelSlot slot) {
    String which = "model '%s' version %s: ".formatted(slot.name(), slot.version());
    log.info(which + slot.golden().summary());
    ServedModel model = slot.serving();
    log.info(which + model.threads().summary(model.options().instances()));
    String reason = model.fallbackReason();
    if (!reason.isEmpty()) {
      log.warn(which + "runs on " + model.provider() + ", its fallback: " + reason);
    }
  }

  private static int await(Future<Integer> listening, String option) throws ServerStartException {
    try {
      return listening
          .toCompletionStage()
          .toCompletableFuture()
          .get(SOCKETS.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new ServerStartException(
          "can't listen (%s): %s"
              .formatted(option, e.getCause() == null ? e : e.getCause().getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerStartException("interrupted while starting");
    }
  }

  /** Whether the server answers inference requests, and why not. */
  ServingState state() {
    return draining ? ServingState.notReady("the server is shutting down") : models.state();
  }

  /**
   * Asks the server everything once, over its own ports.
   *
   * @throws IOException saying what failed
   */
  void selfTest() throws IOException {
    ServingState state = state();
    if (!state.ready()) {
      throw new IOException(state.reason());
    }
    for (ModelSlot slot : models.slots()) {
      new SelfTest(httpPort, metricsPort, slot.serving().metadata()).run();
    }
    log.info("self-test passed");
  }

  int httpPort() {
    return httpPort;
  }

  int grpcPort() {
    return grpcPort;
  }

  private int inFlight() {
    return http.inFlight() + grpc.inFlight();
  }

  int metricsPort() {
    return metricsPort;
  }

  /**
   * Drains: says not ready, goes on serving old and new connections for the drain delay so that
   * load balancers take note, then takes no new connection, waits for what runs, and stops.
   */
  @Override
  public void close() {
    boolean hadTraffic = secondsToReady > 0;
    draining = true;
    connections.leave();
    if (hadTraffic) {
      log.info("draining: not ready from now on, " + inFlight() + " requests in flight");
      pause(options.drainDelay().toMillis());
    }
    accepted.stopListening();
    connections.end(options.gracePeriod());
    long deadline = System.nanoTime() + options.gracePeriod().toNanos();
    while (inFlight() > 0 && System.nanoTime() < deadline) {
      pause(DRAIN_CHECK_MILLIS);
    }
    int left = inFlight();
    settle(Future.all(http.close(), grpc.close(), metrics.close()));
    models.close();
    settle(vertx.close());
    options.traces().close();
    log.info(
        left == 0
            ? "stopped, every request answered"
            : "stopped with " + left + " requests unanswered");
  }

  /** Waits for the end, whichever it is: on the way out nothing is done about a failure. */
  private void settle(Future<?> closing) {
    CountDownLatch settled = new CountDownLatch(1);
    closing.onComplete(result -> settled.countDown());
    try {
      boolean inTime = settled.await(SOCKETS.toMillis(), TimeUnit.MILLISECONDS);
      if (!inTime) {
        log.warn("sockets did not close in " + SOCKETS.toSeconds() + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
