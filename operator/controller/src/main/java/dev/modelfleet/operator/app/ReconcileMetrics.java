package dev.modelfleet.operator.app;

import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long reconciliations take: one histogram for each controller and outcome, and none for each
 * object, so that the number of metrics does not grow with the fleet.
 */
final class ReconcileMetrics implements Metrics {

  private static final Duration[] BUCKETS = {
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2500),
    Duration.ofSeconds(10)
  };

  private record Key(String controller, String outcome) {}

  private final MeterRegistry registry;
  private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

  ReconcileMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
    long start = System.nanoTime();
    String outcome = "error";
    try {
      T result = execution.execute();
      outcome = "success";
      return result;
    } finally {
      timers
          .computeIfAbsent(new Key(execution.controllerName(), outcome), this::timer)
          .record(Duration.ofNanos(System.nanoTime() - start));
    }
  }

  private Timer timer(Key key) {
    return Timer.builder("modelfleet.reconcile")
        .description("Time of one reconciliation")
        .tag("controller", key.controller())
        .tag("outcome", key.outcome())
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }
}
