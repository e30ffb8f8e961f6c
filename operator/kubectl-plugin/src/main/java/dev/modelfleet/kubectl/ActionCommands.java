package dev.modelfleet.kubectl;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands that act on a rollout, each by an annotation. */
final class ActionCommands {

  private ActionCommands() {}

  abstract static class Action implements Callable<Integer> {
    @Mixin private ClusterOptions cluster;
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "Name of the ModelDeployment.")
    private String name;

    abstract RolloutAction decide(KubernetesClient client, ModelDeployment deployment);

    @Override
    public Integer call() {
      try (KubernetesClient client = cluster.client()) {
        RolloutAction action = decide(client, ClusterOptions.deployment(client, name));
        var patch = JsonNodeFactory.instance.objectNode();
        patch
            .putObject("metadata")
            .putObject("annotations")
            .put(action.annotation(), action.value());
        client
            .resources(ModelDeployment.class)
            .withName(name)
            .patch(PatchContext.of(PatchType.JSON_MERGE), patch.toString());
        spec.commandLine().getOut().println(action.told());
        return ExitCode.DONE;
      }
    }
  }

  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description = "Lets a rollout stand still; what serves goes on serving.")
  static final class Pause extends Action {
    @Override
    RolloutAction decide(KubernetesClient client, ModelDeployment deployment) {
      return RolloutAction.pause(deployment);
    }
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Lets a paused rollout go on.")
  static final class Resume extends Action {
    @Override
    RolloutAction decide(KubernetesClient client, ModelDeployment deployment) {
      return RolloutAction.resume(deployment);
    }
  }

  @Command(
      name = "promote",
      mixinStandardHelpOptions = true,
      description = "Ends the pause or soak after the wave that waits.")
  static final class Promote extends Action {
    @Option(names = "--all", description = "Skip all further pauses and soaks of the revision too.")
    private boolean all;

    @Override
    RolloutAction decide(KubernetesClient client, ModelDeployment deployment) {
      return RolloutAction.promote(deployment, all);
    }
  }

  @Command(
      name = "abort",
      mixinStandardHelpOptions = true,
      description = "Gives a rollout up and goes back to the last good revision.")
  static final class Abort extends Action {
    @Override
    RolloutAction decide(KubernetesClient client, ModelDeployment deployment) {
      return RolloutAction.abort(deployment, Instant.now());
    }
  }

  @Command(
      name = "retry",
      mixinStandardHelpOptions = true,
      description = "Tries a rejected revision again.")
  static final class Retry extends Action {
    @Override
    RolloutAction decide(KubernetesClient client, ModelDeployment deployment) {
      return RolloutAction.retry(deployment, Instant.now());
    }
  }

  @Command(
      name = "undo",
      mixinStandardHelpOptions = true,
      description = "Serves an earlier revision until the spec changes.")
  static final class Undo extends Action {
    @Option(
        names = "--to-revision",
        paramLabel = "REVISION",
        description = "Number or hash; unless given, the newest before the one that serves.")
    private String revision;

    @Override
    RolloutAction decide(KubernetesClient client, ModelDeployment deployment) {
      return RolloutAction.undo(
          deployment, KeptRevision.find(deployment, KeptRevision.of(client, deployment), revision));
    }
  }
}
