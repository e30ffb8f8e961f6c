package dev.modelfleet.kubectl;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.TargetStatus;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.name.ResourceName;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code report}. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = {
      "Saves the proof of a target's variant as HTML.",
      "The builder's own report is read from a pod that serves the variant (pods/exec is needed);"
          + " where that is not possible, the page shows what the ModelVariant's status says."
    })
final class ReportCommand implements Callable<Integer> {

  private static final String MODEL = "/model/";
  private static final String SERVE = "serve";
  private static final int EXEC_SECONDS = 15;

  @Mixin private ClusterOptions cluster;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "Name of the ModelDeployment.")
  private String name;

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description = "Which target; needed where there are several.")
  private String target;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where to; unless given, NAME-TARGET.html.")
  private Path output;

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (KubernetesClient client = cluster.client()) {
      TargetStatus chosen = choose(ClusterOptions.deployment(client, name), target);
      ModelVariant variant = client.resources(ModelVariant.class).withName(chosen.variant()).get();
      if (variant == null) {
        throw new CommandException("ModelVariant " + chosen.variant() + " does not exist any more");
      }
      Optional<String> full = fromPod(client, chosen);
      if (full.isEmpty()) {
        spec.commandLine()
            .getErr()
            .println("no pod with the builder's report was reached: the status is shown");
      }
      Path file = output == null ? Path.of(name + "-" + chosen.name() + ".html") : output;
      Files.writeString(file, full.orElseGet(() -> ProofPage.html(variant)));
      spec.commandLine().getOut().println(file.toAbsolutePath());
      return ExitCode.DONE;
    }
  }

  /** The target's status that a user names, or the only one. */
  static TargetStatus choose(ModelDeployment deployment, String named) {
    List<TargetStatus> all =
        deployment.getStatus() == null ? List.of() : deployment.getStatus().targetStatuses();
    List<String> names = all.stream().map(TargetStatus::name).toList();
    if (named == null && all.size() > 1) {
      throw new CommandException("which target? Give --target with one of " + names);
    }
    TargetStatus found =
        all.stream()
            .filter(t -> named == null || t.name().equals(named))
            .findFirst()
            .orElseThrow(
                () -> new CommandException("there is no target %s: %s".formatted(named, names)));
    if (found.variant() == null) {
      throw new CommandException(
          "target %s has no variant yet: see kubectl modelfleet status".formatted(found.name()));
    }
    return found;
  }

  private Optional<String> fromPod(KubernetesClient client, TargetStatus chosen)
      throws InterruptedException {
    Optional<Pod> pod =
        client
            .pods()
            .withLabel(Labels.MODEL_DEPLOYMENT, ResourceName.of(name))
            .withLabel(Labels.TARGET, chosen.name())
            .withLabel(Labels.VARIANT, chosen.variant())
            .list()
            .getItems()
            .stream()
            .filter(p -> p.getStatus() != null && "Running".equals(p.getStatus().getPhase()))
            .findFirst();
    return pod.isEmpty() ? Optional.empty() : read(client, pod.get());
  }

  private static Optional<String> read(KubernetesClient client, Pod pod)
      throws InterruptedException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ExecWatch exec =
        client
            .pods()
            .resource(pod)
            .inContainer(SERVE)
            .writingOutput(bytes)
            .exec("cat", MODEL + VariantManifest.HTML_REPORT_FILE)) {
      Integer code = exec.exitCode().get(EXEC_SECONDS, TimeUnit.SECONDS);
      return code == 0 ? Optional.of(bytes.toString(StandardCharsets.UTF_8)) : Optional.empty();
    } catch (KubernetesClientException | ExecutionException | TimeoutException e) {
      return Optional.empty();
    }
  }
}
