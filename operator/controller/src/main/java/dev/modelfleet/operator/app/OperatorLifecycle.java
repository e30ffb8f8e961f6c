package dev.modelfleet.operator.app;

import dev.modelfleet.operator.agent.AgentSettings;
import dev.modelfleet.operator.agent.MemberAgent;
import io.javaoperatorsdk.operator.Operator;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.annotations.CommandLineArguments;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Starts and stops with the application what its command line asks for: the operator, or with
 * {@code agent} the agent of a member cluster.
 */
@Singleton
public final class OperatorLifecycle {

  private final Instance<Operator> operator;
  private final Instance<MemberAgent> agent;
  private final boolean asAgent;
  private volatile boolean agentStarted;

  /**
   * Nothing is made before it is started.
   *
   * @throws IllegalArgumentException when the command line says something else
   */
  public OperatorLifecycle(
      Instance<Operator> operator,
      Instance<MemberAgent> agent,
      @CommandLineArguments String[] arguments) {
    this.operator = operator;
    this.agent = agent;
    List<String> words = List.of(arguments);
    this.asAgent = words.equals(List.of(AgentSettings.COMMAND));
    if (!words.isEmpty() && !asAgent) {
      throw new IllegalArgumentException(
          "unknown arguments " + words + ": give none for the operator, or agent");
    }
  }

  void start(@Observes StartupEvent event) {
    if (asAgent) {
      agent.get().start();
      agentStarted = true;
    } else {
      operator.get().start();
    }
  }

  void stop(@Observes ShutdownEvent event) {
    if (asAgent) {
      agent.get().close();
    } else {
      operator.get().stop();
    }
  }

  /** Whether it has started, for the operator as leader or waiting to be. */
  boolean started() {
    return asAgent ? agentStarted : operator.get().getRuntimeInfo().isStarted();
  }
}
