package dev.modelfleet.kubectl;

import dev.modelfleet.api.v1alpha1.GoDuration;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows where a rollout stands; with --watch, until it is over.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:every target serves what the spec asks for",
      "1:the status could not be read",
      "2:the rollout failed or was rolled back",
      "3:it is under way still: at the end of --timeout, or at once without --watch"
    })
final class StatusCommand implements Callable<Integer> {

  @Mixin private ClusterOptions cluster;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "Name of the ModelDeployment.")
  private String name;

  @Option(
      names = {"-w", "--watch"},
      description = "Tell each change until the rollout is over.")
  private boolean watch;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "Longest wait of --watch, for example 10m; unless given, for ever.")
  private String timeout;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    try (KubernetesClient client = cluster.client()) {
      ModelDeployment deployment = ClusterOptions.deployment(client, name);
      if (watch) {
        deployment = new RolloutWatch(client, name, out).untilOver(deadline());
      }
      out.print(StatusText.full(deployment));
      out.flush();
      return RolloutVerdict.of(deployment).exitCode();
    }
  }

  private Instant deadline() {
    if (timeout == null) {
      return Instant.MAX;
    }
    try {
      return Instant.now().plus(Duration.ofMillis(Math.round(GoDuration.millis(timeout))));
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          "--timeout is " + timeout + ": give a duration such as 90s, 10m or 1h30m");
    }
  }
}
