package dev.modelfleet.operator.agent;

import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentStatus;
import dev.modelfleet.operator.member.EdgeDeploymentDesk;
import dev.modelfleet.operator.member.MemberHome;
import dev.modelfleet.operator.member.decide.MemberNames;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the agent was told, with or without the hub. */
final class AgentHome implements MemberHome, EdgeDeploymentDesk {

  private static final Logger LOG = LoggerFactory.getLogger(AgentHome.class);

  private final KubernetesClient hub;
  private final String hubNamespace;
  private final AgentState state;
  private final Consumer<String> due;
  private final Map<String, EdgeDeployment> wanted = new ConcurrentHashMap<>();
  private final Map<String, EdgeDeploymentStatus> memory = new ConcurrentHashMap<>();
  private volatile Consumer<ResourceID> wake = id -> {};

  /**
   * Loads what was kept.
   *
   * @param due called with the label of an EdgeDeployment that has to be looked at
   */
  AgentHome(KubernetesClient hub, String cluster, AgentState state, Consumer<String> due) {
    this.hub = hub;
    this.hubNamespace = MemberNames.namespace(cluster);
    this.state = state;
    this.due = due;
    for (EdgeDeployment kept : state.load()) {
      String label = MemberNames.label(kept);
      wanted.put(label, kept);
      if (kept.getStatus() != null) {
        memory.put(label, kept.getStatus());
      }
    }
  }

  @Override
  public void wakeBy(Consumer<ResourceID> wake) {
    this.wake = wake;
  }

  @Override
  public void desire(EdgeDeployment deployment) {
    String label = MemberNames.label(deployment);
    EdgeDeployment before = wanted.get(label);
    boolean another = before == null || !uid(before).equals(uid(deployment));
    if (another) {
      memory.remove(label);
      if (deployment.getStatus() != null) {
        memory.put(label, deployment.getStatus());
      }
    }
    wanted.put(label, deployment);
    if (another
        || !before.getMetadata().getGeneration().equals(deployment.getMetadata().getGeneration())) {
      state.save(deployment, memory.get(label));
      due.accept(label);
    }
  }

  @Override
  public void forget(EdgeDeployment deployment) {
    String label = MemberNames.label(deployment);
    wanted.remove(label);
    memory.remove(label);
    state.delete(label);
    due.accept(label);
  }

  @Override
  public Optional<EdgeDeploymentStatus> outcome(EdgeDeployment deployment, Instant now) {
    return Optional.ofNullable(memory.get(MemberNames.label(deployment)));
  }

  @Override
  public Collection<EdgeDeployment> wanted() {
    return List.copyOf(wanted.values());
  }

  @Override
  public EdgeDeploymentStatus memory(EdgeDeployment deployment) {
    return memory.get(MemberNames.label(deployment));
  }

  @Override
  public void remember(EdgeDeployment deployment, EdgeDeploymentStatus status) {
    state.save(deployment, status);
  }

  @Override
  public void report(EdgeDeployment deployment, EdgeDeploymentStatus status) {
    EdgeDeploymentStatus before = memory.put(MemberNames.label(deployment), status);
    if (!status.equals(before)) {
      wake.accept(ResourceID.fromResource(deployment));
    }
  }

  @Override
  public Optional<Secret> pullSecret(EdgeDeployment deployment, String name) {
    try {
      return Optional.ofNullable(
          hub.secrets()
              .inNamespace(hubNamespace)
              .withName(MemberNames.secretCopy(deployment.getMetadata().getName(), name))
              .get());
    } catch (KubernetesClientException e) {
      LOG.debug("the hub does not give Secret {}: what is there stays", name, e);
      return Optional.empty();
    }
  }

  @Override
  public boolean gone(String label) {
    try {
      return !labels().contains(label);
    } catch (KubernetesClientException e) {
      LOG.debug("the hub can't be asked for {}: it stays", label, e);
      return false;
    }
  }

  /** Forgets what the hub no longer has, which no watch tells of what was kept by a restart. */
  void compareWithHub() {
    Set<String> there = labels();
    wanted.values().stream()
        .filter(deployment -> !there.contains(MemberNames.label(deployment)))
        .forEach(this::forget);
  }

  private Set<String> labels() {
    return hub.resources(EdgeDeployment.class).inNamespace(hubNamespace).list().getItems().stream()
        .map(MemberNames::label)
        .collect(Collectors.toSet());
  }

  private static String uid(EdgeDeployment deployment) {
    return deployment.getMetadata().getUid();
  }

  @Override
  public void lost(String message) {
    LOG.warn("{}", message);
  }
}
