package dev.modelfleet.runtime.serve;

import dev.modelfleet.runtime.serve.grpc.GrpcFrontEnd;
import dev.modelfleet.runtime.serve.http.BodyBudget;
import dev.modelfleet.runtime.serve.http.HttpFrontEnd;
import dev.modelfleet.runtime.serve.model.ModelLoadException;
import dev.modelfleet.runtime.serve.model.ModelRepository;
import dev.modelfleet.runtime.serve.model.ModelSlot;
import dev.modelfleet.runtime.serve.protocol.ServingState;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
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
    this.vertx = EventLoops.create();
    this.models = new ModelRepository(options.catalog(), options.modelControl());
    BodyBudget budget = new BodyBudget(options.limits().maxInFlightBytes());
    this.http =
        new HttpFrontEnd(
            vertx, models, this::state, options.limits(), budget, options.access(), version);
    this.grpc =
        new GrpcFrontEnd(
            vertx, models, this::state, options.limits(), budget, options.access(), version);
    MetricsPage page = new MetricsPage(models, this::inFlight, http::connections, budget::used);
    this.metrics = new MetricsFrontEnd(vertx, () -> page.render(state().ready(), secondsToReady));
  }

  /**
   * Listens, so that liveness and the reason for not being ready can be asked, and loads the model
   * meanwhile. A model whose golden inputs disagree leaves the server up, alive and not ready.
   *
   * @throws ModelLoadException where the model can't be loaded at all
   * @throws ServerStartException where a port can't be had
   */
  void start() throws ModelLoadException, ServerStartException {
    // Known before the first request can arrive, so that nothing is ready without its model.
    List<String> names = options.catalog().names();
    names.forEach(models::announce);
    Future<Integer> httpListening = http.listen(options.host(), options.httpPort(), options.tls());
    Future<Integer> grpcListening = grpc.listen(options.host(), options.grpcPort(), options.tls());
    Future<Integer> metricsListening = metrics.listen(options.host(), options.metricsPort());
    List<ModelLoadException> failures = load(names);
    httpPort = await(httpListening, "--http-port " + options.httpPort());
    grpcPort = await(grpcListening, "--grpc-port " + options.grpcPort());
    metricsPort = await(metricsListening, "--metrics-port " + options.metricsPort());
    for (ModelLoadException failure : failures) {
      if (names.size() == 1 && failure.golden() == null) {
        throw failure;
      }
      log.error("not serving, and staying so: " + failure.getMessage());
    }
    if (failures.isEmpty()) {
      secondsToReady = ProcessFacts.secondsSinceStart();
      log.info(
          "ready: %s, HTTP on port %d, gRPC on port %d, metrics on port %d, %.3f s after the start of the process"
              .formatted(described(names), httpPort, grpcPort, metricsPort, secondsToReady));
    }
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
          log.info(
              "model '%s' version %s: %s"
                  .formatted(name, version, models.find(name, version).golden().summary()));
        }
      } catch (ModelLoadException e) {
        failures.add(e);
      }
    }
    return failures;
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
   * Drains: says not ready, goes on serving for the drain delay so that load balancers take note,
   * then waits for what runs, and stops.
   */
  @Override
  public void close() {
    boolean hadTraffic = secondsToReady > 0;
    draining = true;
    if (hadTraffic) {
      log.info("draining: not ready from now on, " + inFlight() + " requests in flight");
      pause(options.drainDelay().toMillis());
    }
    long deadline = System.nanoTime() + options.gracePeriod().toNanos();
    while (inFlight() > 0 && System.nanoTime() < deadline) {
      pause(DRAIN_CHECK_MILLIS);
    }
    int left = inFlight();
    settle(Future.all(http.close(), grpc.close(), metrics.close()));
    models.close();
    settle(vertx.close());
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
