package dev.modelfleet.kubectl;

import dev.modelfleet.api.v1alpha1.CompressionPolicy;
import dev.modelfleet.api.v1alpha1.CompressionPolicySpec;
import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.operator.name.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code plan}. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description = {
      "Shows what applying a file would do; nothing is written.",
      "Policies and HardwareTargets of the file count before those of the cluster."
    })
final class PlanCommand implements Callable<Integer> {

  @Mixin private ClusterOptions cluster;
  @Spec private CommandSpec spec;

  @Option(
      names = {"-f", "--filename"},
      required = true,
      paramLabel = "FILE",
      description = "Manifests, as for kubectl apply; - for standard input.")
  private Path file;

  @Option(
      names = "--digest",
      paramLabel = "URI=DIGEST",
      description = "What a URI stands for, where this was never resolved in the namespace.")
  private Map<String, String> digests = Map.of();

  @Override
  public Integer call() throws IOException {
    try (KubernetesClient client = cluster.client()) {
      List<HasMetadata> objects = read(client);
      List<ModelDeployment> deployments = only(objects, ModelDeployment.class);
      if (deployments.isEmpty()) {
        throw new CommandException(file + " has no ModelDeployment: give the file that has one");
      }
      var out = spec.commandLine().getOut();
      deployments.forEach(md -> out.println(PlanText.of(facts(client, md, objects))));
      out.flush();
      return ExitCode.DONE;
    }
  }

  private List<HasMetadata> read(KubernetesClient client) throws IOException {
    boolean standardInput = file.toString().equals("-");
    if (!standardInput && !Files.isReadable(file)) {
      throw new CommandException(file + " can't be read: correct --filename");
    }
    try (InputStream stream = standardInput ? System.in : Files.newInputStream(file)) {
      return objects(client.getKubernetesSerialization(), stream);
    } catch (IllegalArgumentException | KubernetesClientException e) {
      throw new CommandException(file + " can't be understood: " + e.getMessage());
    }
  }

  /** The objects of one or several YAML documents, those of this project as their own types. */
  static List<HasMetadata> objects(KubernetesSerialization serialization, InputStream stream) {
    serialization.registerKubernetesResource(ModelDeployment.class);
    serialization.registerKubernetesResource(CompressionPolicy.class);
    serialization.registerKubernetesResource(HardwareTarget.class);
    Object read = serialization.unmarshal(stream);
    Collection<?> all =
        switch (read) {
          case KubernetesList list -> list.getItems();
          case Collection<?> many -> many;
          case null -> List.of();
          default -> List.of(read);
        };
    return all.stream().filter(HasMetadata.class::isInstance).map(HasMetadata.class::cast).toList();
  }

  private static <T> List<T> only(List<HasMetadata> objects, Class<T> kind) {
    return objects.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private PlanFacts facts(
      KubernetesClient client, ModelDeployment deployment, List<HasMetadata> objects) {
    String namespace =
        Optional.ofNullable(deployment.getMetadata().getNamespace()).orElse(client.getNamespace());
    Map<String, HardwareTarget> targets = targets(client, deployment, objects);
    Map<String, Integer> nodes = new HashMap<>();
    targets.forEach((name, target) -> nodes(client, target).ifPresent(n -> nodes.put(name, n)));
    Map<String, String> known = resolved(client, namespace);
    known.putAll(digests);
    return new PlanFacts(
        deployment,
        policy(client, namespace, deployment, objects),
        targets,
        known,
        client.resources(ModelVariant.class).inNamespace(namespace).list().getItems().stream()
            .collect(Collectors.toMap(v -> v.getMetadata().getName(), Function.identity())),
        nodes);
  }

  private static CompressionPolicySpec policy(
      KubernetesClient client,
      String namespace,
      ModelDeployment deployment,
      List<HasMetadata> objects) {
    var compression = deployment.getSpec().compression();
    if (compression == null || compression.inline() != null) {
      return compression == null ? null : compression.inline();
    }
    String name = compression.policyRef().name();
    return named(objects, CompressionPolicy.class, name)
        .or(
            () ->
                Optional.ofNullable(
                    client
                        .resources(CompressionPolicy.class)
                        .inNamespace(namespace)
                        .withName(name)
                        .get()))
        .map(CompressionPolicy::getSpec)
        .orElseThrow(
            () ->
                new CommandException(
                    "CompressionPolicy %s exists neither in the file nor in namespace %s: create it"
                        .formatted(name, namespace)));
  }

  private static Map<String, HardwareTarget> targets(
      KubernetesClient client, ModelDeployment deployment, List<HasMetadata> objects) {
    Map<String, HardwareTarget> targets = new HashMap<>();
    for (DeploymentTarget target : deployment.getSpec().targets()) {
      String name = target.hardwareTargetRef().name();
      named(objects, HardwareTarget.class, name)
          .or(
              () ->
                  Optional.ofNullable(client.resources(HardwareTarget.class).withName(name).get()))
          .ifPresent(found -> targets.put(name, found));
    }
    return targets;
  }

  private static <T extends HasMetadata> Optional<T> named(
      List<HasMetadata> objects, Class<T> kind, String name) {
    return only(objects, kind).stream()
        .filter(object -> name.equals(object.getMetadata().getName()))
        .findFirst();
  }

  /** Number of a target's nodes; empty where the user may not list nodes. */
  private static Optional<Integer> nodes(KubernetesClient client, HardwareTarget target) {
    Map<String, String> labels = new HashMap<>(target.getSpec().placement().nodeSelector());
    labels.put("kubernetes.io/arch", target.getSpec().device().architecture().label());
    try {
      return Optional.of(client.nodes().withLabels(labels).list().getItems().size());
    } catch (KubernetesClientException e) {
      if (e.getCode() == 403) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** What the kept revisions of the namespace resolved URIs to, the newest counting. */
  private static Map<String, String> resolved(KubernetesClient client, String namespace) {
    Map<String, String> pins = new HashMap<>();
    client
        .apps()
        .controllerRevisions()
        .inNamespace(namespace)
        .withLabel(Labels.MANAGED_BY, Labels.MODELFLEET)
        .list()
        .getItems()
        .stream()
        .sorted(Comparator.comparing(r -> r.getMetadata().getCreationTimestamp()))
        .map(revision -> KeptRevision.fields(revision).get("pins"))
        .filter(Map.class::isInstance)
        .forEach(
            all -> ((Map<?, ?>) all).forEach((uri, digest) -> pins.put("" + uri, "" + digest)));
    return pins;
  }
}
