package dev.modelfleet.kubectl;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code history}. */
@Command(
    name = "history",
    mixinStandardHelpOptions = true,
    description = "Lists the revisions that are kept, oldest first.")
final class HistoryCommand implements Callable<Integer> {

  @Mixin private ClusterOptions cluster;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "Name of the ModelDeployment.")
  private String name;

  @Override
  public Integer call() {
    try (KubernetesClient client = cluster.client()) {
      ModelDeployment deployment = ClusterOptions.deployment(client, name);
      var out = spec.commandLine().getOut();
      out.print(KeptRevision.table(deployment, KeptRevision.of(client, deployment)));
      out.flush();
      return ExitCode.DONE;
    }
  }
}
