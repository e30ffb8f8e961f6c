package dev.modelfleet.operator.app;

import io.javaoperatorsdk.operator.Operator;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once the operator has started, as leader or waiting to be. Watches that are being opened
 * again do not count: they heal by themselves, and a restart would only take longer.
 */
@Readiness
@Singleton
public final class OperatorReadiness implements HealthCheck {

  private final Operator operator;

  public OperatorReadiness(Operator operator) {
    this.operator = operator;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("operator")
        .status(operator.getRuntimeInfo().isStarted())
        .build();
  }
}
