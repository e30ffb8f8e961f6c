package dev.modelfleet.operator.app;

import io.javaoperatorsdk.operator.Operator;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Starts and stops the operator with the application. */
@Singleton
public final class OperatorLifecycle {

  private final Operator operator;

  public OperatorLifecycle(Operator operator) {
    this.operator = operator;
  }

  void start(@Observes StartupEvent event) {
    operator.start();
  }

  void stop(@Observes ShutdownEvent event) {
    operator.stop();
  }
}
