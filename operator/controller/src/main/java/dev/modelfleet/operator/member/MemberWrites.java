package dev.modelfleet.operator.member;

import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentConditions.Reason;
import dev.modelfleet.operator.apply.ServerSideApply;
import dev.modelfleet.operator.member.decide.ApplyOutcome;
import dev.modelfleet.operator.member.decide.MemberFacts;
import dev.modelfleet.operator.member.decide.MemberNames;
import dev.modelfleet.operator.member.decide.MemberObjects;
import dev.modelfleet.operator.member.decide.MemberPlan;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes one member cluster hold what was decided; writes only what differs. */
final class MemberWrites {

  private static final Logger LOG = LoggerFactory.getLogger(MemberWrites.class);

  private final String cluster;
  private final KubernetesClient client;
  private final ServerSideApply apply;
  private final MemberHome home;

  MemberWrites(String cluster, KubernetesClient client, MemberHome home) {
    this.cluster = cluster;
    this.client = client;
    this.apply = new ServerSideApply(client, MemberNames.FIELD_MANAGER);
    this.home = home;
  }

  /** Applies and removes what a plan says. */
  ApplyOutcome carryOut(MemberPlan plan, MemberFacts facts) {
    try {
      for (HasMetadata object : plan.apply()) {
        for (String secret : MemberObjects.pullSecrets(object)) {
          copy(facts.deployment(), secret, object.getMetadata().getNamespace());
        }
        Optional<HasMetadata> actual = facts.same(object).or(() -> live(object));
        if (actual.isPresent() && !ours(facts.deployment(), actual.get())) {
          return conflict(object);
        }
        apply(typed(object), actual);
      }
      plan.remove().forEach(this::remove);
      return new ApplyOutcome.Applied();
    } catch (KubernetesClientException e) {
      return outcome(e);
    }
  }

  /** Removes an object, and the Secrets that were copied for its pods and serve no others. */
  void remove(HasMetadata object) {
    LOG.info(
        "cluster {}: removing {} {}/{}",
        cluster,
        object.getKind(),
        object.getMetadata().getNamespace(),
        object.getMetadata().getName());
    client.resource(object).delete();
    MemberObjects.pullSecrets(object).stream()
        .filter(name -> !needed(name, object.getMetadata().getNamespace()))
        .forEach(name -> removeCopy(name, object.getMetadata().getNamespace()));
  }

  /** What a failed request says about the cluster. */
  static ApplyOutcome outcome(KubernetesClientException e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String words = root.getMessage() == null ? root.toString() : root.getMessage();
    boolean answered = e.getCode() >= HttpURLConnection.HTTP_BAD_REQUEST;
    boolean overloaded = e.getCode() >= HttpURLConnection.HTTP_INTERNAL_ERROR;
    return answered && !overloaded
        ? new ApplyOutcome.Refused(Reason.REFUSED, "the cluster refuses: " + words)
        : new ApplyOutcome.Unreachable("the cluster does not answer: " + words);
  }

  private void apply(HasMetadata object, Optional<HasMetadata> actual) {
    try {
      apply.apply(object, actual);
    } catch (KubernetesClientException e) {
      String namespace = object.getMetadata().getNamespace();
      boolean noNamespace =
          e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
              && e.getMessage().contains("\"" + namespace + "\" not found");
      if (!noNamespace) {
        throw e;
      }
      createNamespace(namespace);
      apply.apply(object, actual);
    }
  }

  private void createNamespace(String name) {
    LOG.info("cluster {}: creating namespace {}", cluster, name);
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
  }

  /** From the API server, where the cache lacks it: it may be younger, or someone else's. */
  private Optional<HasMetadata> live(HasMetadata object) {
    return Optional.ofNullable(client.resource(typed(object)).get());
  }

  private static boolean ours(EdgeDeployment deployment, HasMetadata object) {
    Map<String, String> labels = object.getMetadata().getLabels();
    return labels != null
        && labels.entrySet().containsAll(MemberObjects.labels(deployment).entrySet());
  }

  private static ApplyOutcome conflict(HasMetadata object) {
    return new ApplyOutcome.Refused(
        Reason.NAME_CONFLICT,
        "%s %s/%s is there already and belongs to something else: remove it or rename the target"
            .formatted(
                object.getKind(),
                object.getMetadata().getNamespace(),
                object.getMetadata().getName()));
  }

  private HasMetadata typed(HasMetadata object) {
    return (HasMetadata)
        client.getKubernetesSerialization().convertValue(object, KubernetesResource.class);
  }

  /** A Secret of that name that someone else put there is used as it is. */
  private void copy(EdgeDeployment deployment, String name, String namespace) {
    Optional<Secret> source = home.pullSecret(deployment, name);
    if (source.isEmpty()) {
      return;
    }
    Secret there = client.secrets().inNamespace(namespace).withName(name).get();
    if (there == null || isCopy(there)) {
      Secret copy =
          new SecretBuilder()
              .withNewMetadata()
              .withName(name)
              .withNamespace(namespace)
              .withLabels(copyLabels())
              .endMetadata()
              .withType(source.get().getType())
              .withData(source.get().getData())
              .build();
      apply(copy, Optional.ofNullable(there));
    }
  }

  private Map<String, String> copyLabels() {
    return Map.of(MemberNames.EDGE_CLUSTER, MemberNames.label(cluster));
  }

  private boolean isCopy(Secret secret) {
    Map<String, String> labels = secret.getMetadata().getLabels();
    return labels != null && labels.entrySet().containsAll(copyLabels().entrySet());
  }

  private boolean needed(String secret, String namespace) {
    return home.wanted().stream()
        .flatMap(deployment -> deployment.getSpec().update().manifests().stream())
        .filter(manifest -> namespace.equals(manifest.getMetadata().getNamespace()))
        .map(MemberObjects::pullSecrets)
        .anyMatch((Set<String> names) -> names.contains(secret));
  }

  private void removeCopy(String name, String namespace) {
    Secret there = client.secrets().inNamespace(namespace).withName(name).get();
    if (there != null && isCopy(there)) {
      client.resource(there).delete();
    }
  }
}
