package dev.modelfleet.operator.app;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once the operator has started, as leader or waiting to be, or the agent. Watches that are
 * being opened again do not count: they heal by themselves, and a restart would only take longer.
 */
@Readiness
@Singleton
public final class OperatorReadiness implements HealthCheck {

  private final OperatorLifecycle lifecycle;

  public OperatorReadiness(OperatorLifecycle lifecycle) {
    this.lifecycle = lifecycle;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("operator").status(lifecycle.started()).build();
  }
}
