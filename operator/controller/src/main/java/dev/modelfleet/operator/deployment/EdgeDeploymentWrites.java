package dev.modelfleet.operator.deployment;

import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.ModelVariantStatus;
import dev.modelfleet.api.v1alpha1.VariantArtifact;
import dev.modelfleet.operator.OperatorContext;
import dev.modelfleet.operator.apply.ServerSideApply;
import dev.modelfleet.operator.deployment.decide.DeploymentDecision;
import dev.modelfleet.operator.deployment.decide.DeploymentFacts;
import dev.modelfleet.operator.deployment.decide.MemberTelling;
import dev.modelfleet.operator.deployment.decide.ServingObjects;
import dev.modelfleet.operator.deployment.decide.TargetServing;
import dev.modelfleet.operator.member.decide.ClusterFacts;
import dev.modelfleet.operator.member.decide.EdgeDeployments;
import dev.modelfleet.operator.member.decide.MemberNames;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the hub's namespaces of member clusters hold what each is to run of a ModelDeployment. */
final class EdgeDeploymentWrites {

  private static final Logger LOG = LoggerFactory.getLogger(EdgeDeploymentWrites.class);

  /** Annotation: versions of the Secrets that were copied next to an EdgeDeployment. */
  private static final String SECRETS = "modelfleet.dev/pull-secrets";

  private static final int DEFAULT_DEADLINE = 600;

  private final KubernetesClient client;
  private final ServerSideApply apply;
  private final ServingObjects serving;

  EdgeDeploymentWrites(OperatorContext operator, ServingObjects serving) {
    this.client = operator.client();
    this.apply = operator.apply();
    this.serving = serving;
  }

  /** Writes what differs; an EdgeDeployment that has nothing to say is removed. */
  void write(DeploymentFacts facts, DeploymentDecision decision) {
    Map<String, List<GenericKubernetesResource>> rendered = new HashMap<>();
    Map<String, Secret> secrets = new HashMap<>();
    for (ClusterFacts cluster : facts.members().clusters()) {
      EdgeDeployment before = facts.members().deployments().get(cluster.name());
      MemberTelling telling = MemberTelling.of(facts, decision, cluster);
      List<GenericKubernetesResource> manifests = new ArrayList<>();
      for (MemberTelling.Target target : telling.targets()) {
        manifests.addAll(
            target.serving() == null
                ? EdgeDeployments.told(before, target.name())
                : manifests(facts, cluster, target.serving(), rendered));
      }
      if (!manifests.isEmpty()) {
        EdgeDeployment desired =
            EdgeDeployments.desired(
                facts.deployment(),
                cluster,
                before,
                telling.revision(),
                deadline(facts.deployment()),
                manifests);
        write(facts.deployment(), desired, before, secrets);
      } else if (before != null && telling.over()) {
        remove(before);
      }
    }
    removeOrphans(facts);
  }

  private List<GenericKubernetesResource> manifests(
      DeploymentFacts facts,
      ClusterFacts cluster,
      TargetServing target,
      Map<String, List<GenericKubernetesResource>> rendered) {
    ModelDeployment owner = facts.deployment();
    String namespace =
        cluster.namespace() == null ? owner.getMetadata().getNamespace() : cluster.namespace();
    String key = target.target().name() + "/" + target.revision() + "/" + namespace;
    return rendered.computeIfAbsent(
        key,
        k ->
            artifact(target)
                .map(
                    artifact ->
                        List.of(
                            EdgeDeployments.manifest(
                                serving.workload(owner, target, artifact, false), namespace),
                            EdgeDeployments.manifest(
                                serving.service(owner, target.plan()), namespace)))
                .orElse(List.of()));
  }

  private static Optional<VariantArtifact> artifact(TargetServing target) {
    return Optional.ofNullable(target.servedVariant())
        .map(ModelVariant::getStatus)
        .map(ModelVariantStatus::artifact);
  }

  private static int deadline(ModelDeployment deployment) {
    var rollout = deployment.getSpec().rollout();
    return rollout == null || rollout.progressDeadlineSeconds() == null
        ? DEFAULT_DEADLINE
        : rollout.progressDeadlineSeconds();
  }

  private void write(
      ModelDeployment owner,
      EdgeDeployment desired,
      EdgeDeployment before,
      Map<String, Secret> secrets) {
    Set<String> names = EdgeDeployments.pullSecrets(desired.getSpec().update().manifests());
    if (names.isEmpty()) {
      apply.apply(desired, Optional.ofNullable(before));
      return;
    }
    List<Secret> sources = new ArrayList<>();
    for (String name : names) {
      Secret source = secrets.computeIfAbsent(name, n -> secret(owner, n));
      if (source != null) {
        sources.add(source);
      }
    }
    String versions =
        String.join(
            ",",
            sources.stream()
                .map(s -> s.getMetadata().getName() + "=" + s.getMetadata().getResourceVersion())
                .toList());
    desired.getMetadata().setAnnotations(new HashMap<>(Map.of(SECRETS, versions)));
    boolean copied =
        before != null
            && before.getMetadata().getAnnotations() != null
            && versions.equals(before.getMetadata().getAnnotations().get(SECRETS));
    if (!copied && before != null) {
      sources.forEach(source -> copy(source, before));
    }
    if (before == null) {
      desired.getMetadata().getAnnotations().remove(SECRETS);
    }
    apply.apply(desired, Optional.ofNullable(before));
  }

  private Secret secret(ModelDeployment owner, String name) {
    return client.secrets().inNamespace(owner.getMetadata().getNamespace()).withName(name).get();
  }

  /** The copy goes with the EdgeDeployment. */
  private void copy(Secret source, EdgeDeployment deployment) {
    Secret copy =
        new SecretBuilder()
            .withNewMetadata()
            .withNamespace(deployment.getMetadata().getNamespace())
            .withName(
                MemberNames.secretCopy(
                    deployment.getMetadata().getName(), source.getMetadata().getName()))
            .withOwnerReferences(
                new OwnerReferenceBuilder()
                    .withApiVersion(deployment.getApiVersion())
                    .withKind(deployment.getKind())
                    .withName(deployment.getMetadata().getName())
                    .withUid(deployment.getMetadata().getUid())
                    .build())
            .endMetadata()
            .withType(source.getType())
            .withData(source.getData())
            .build();
    apply.apply(copy, Optional.empty());
  }

  /** EdgeDeployments of clusters that are no longer there. */
  private void removeOrphans(DeploymentFacts facts) {
    Set<String> there =
        facts.members().clusters().stream()
            .map(ClusterFacts::name)
            .collect(java.util.stream.Collectors.toSet());
    facts.members().deployments().values().stream()
        .filter(deployment -> !there.contains(deployment.getSpec().cluster()))
        .forEach(this::remove);
  }

  private void remove(EdgeDeployment deployment) {
    LOG.info(
        "removing EdgeDeployment {}/{}: nothing needs it",
        deployment.getMetadata().getNamespace(),
        deployment.getMetadata().getName());
    client.resource(deployment).delete();
  }
}
