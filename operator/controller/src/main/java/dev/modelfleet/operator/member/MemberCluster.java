package dev.modelfleet.operator.member;

import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentStatus;
import dev.modelfleet.operator.member.decide.ApplyOutcome;
import dev.modelfleet.operator.member.decide.MemberDecisions;
import dev.modelfleet.operator.member.decide.MemberFacts;
import dev.modelfleet.operator.member.decide.MemberNames;
import dev.modelfleet.operator.member.decide.MemberPlan;
import dev.modelfleet.operator.member.decide.MemberReport;
import dev.modelfleet.operator.member.decide.PodTrouble;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one member cluster as its EdgeDeployments say, while it is connected: one informer set and
 * one task at a time. It is closed when the connection is lost, and another is made when it is
 * back.
 */
public final class MemberCluster implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MemberCluster.class);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(30);

  private final String name;
  private final KubernetesClient client;
  private final MemberHome home;
  private final MemberThreads threads;
  private final InstantSource clock;
  private final MemberInformers informers;
  private final MemberWrites writes;
  private final Set<String> due = new LinkedHashSet<>();
  private boolean working;
  private boolean synced;
  private volatile boolean closed;

  /**
   * A cluster that is not started.
   *
   * @param name of the EdgeCluster
   * @param client of the cluster; closed by whoever made it
   * @param namespace to which the client is limited; null for all
   */
  public MemberCluster(
      String name,
      KubernetesClient client,
      String namespace,
      MemberHome home,
      MemberThreads threads,
      InstantSource clock) {
    this.name = name;
    this.client = client;
    this.home = home;
    this.threads = threads;
    this.clock = clock;
    this.informers = new MemberInformers(client, name, namespace, this::due);
    this.writes = new MemberWrites(name, client, home);
  }

  /** Begins to watch; works once everything there was listed. */
  public MemberCluster start() {
    informers
        .start()
        .whenComplete(
            (done, problem) -> {
              if (problem == null) {
                begin();
              } else if (!closed) {
                LOG.warn("cluster {}: cannot be watched: {}", name, problem.getMessage());
                home.lost("the cluster cannot be watched: " + problem.getMessage());
              }
            });
    return this;
  }

  private void begin() {
    synchronized (due) {
      synced = true;
      home.wanted().forEach(deployment -> due.add(MemberNames.label(deployment)));
      informers.all().forEach(object -> due.add(MemberInformers.label(object)));
    }
    work();
  }

  /** An EdgeDeployment is new, changed or gone. */
  public void due(String label) {
    synchronized (due) {
      due.add(label);
    }
    work();
  }

  /** How many objects the cluster holds that were applied there. */
  public int objects() {
    return informers.all().size();
  }

  /** Whether everything there was listed. */
  public boolean listed() {
    synchronized (due) {
      return synced;
    }
  }

  /** Removes everything that was applied; a failed request is thrown. */
  public void removeEverything() {
    informers.all().forEach(writes::remove);
  }

  private void work() {
    synchronized (due) {
      if (working || !synced || closed || due.isEmpty()) {
        return;
      }
      working = true;
    }
    threads.run(this::workOff);
  }

  private void workOff() {
    try {
      Queue<String> labels;
      synchronized (due) {
        labels = new ArrayDeque<>(due);
        due.clear();
      }
      while (!labels.isEmpty() && !closed) {
        pass(labels.poll());
      }
    } finally {
      synchronized (due) {
        working = false;
      }
      work();
    }
  }

  private void pass(String label) {
    try {
      Optional<EdgeDeployment> wanted =
          home.wanted().stream()
              .filter(deployment -> label.equals(MemberNames.label(deployment)))
              .findFirst();
      if (wanted.isPresent()) {
        carryOut(wanted.get());
      } else {
        removeOrphans(label);
      }
    } catch (KubernetesClientException e) {
      failed(label, MemberWrites.outcome(e));
    }
  }

  private void carryOut(EdgeDeployment deployment) {
    Instant now = clock.instant();
    String label = MemberNames.label(deployment);
    MemberFacts facts = facts(deployment, label);
    MemberPlan plan = MemberDecisions.decide(facts, now);
    EdgeDeploymentStatus status = MemberReport.of(facts, plan, new ApplyOutcome.Applied(), now);
    home.remember(deployment, status);
    ApplyOutcome outcome = writes.carryOut(plan, facts);
    if (!(outcome instanceof ApplyOutcome.Applied)) {
      status = MemberReport.of(facts, plan, outcome, now);
      failed(label, outcome);
    }
    if (!(outcome instanceof ApplyOutcome.Unreachable)) {
      home.report(deployment, status);
    }
    if (plan.progressTime() != null) {
      threads.later(LOOK_AGAIN, () -> due(label));
    }
  }

  private MemberFacts facts(EdgeDeployment deployment, String label) {
    EdgeDeploymentStatus memory = home.memory(deployment);
    boolean underway = memory == null || memory.progressTime() != null;
    return new MemberFacts(
        deployment, memory, informers.of(label), underway ? troubles(deployment) : List.of());
  }

  private List<PodTrouble> troubles(EdgeDeployment deployment) {
    return deployment.getSpec().update().manifests().stream()
        .flatMap(manifest -> PodTrouble.of(pods(manifest)).stream())
        .toList();
  }

  private List<Pod> pods(GenericKubernetesResource manifest) {
    Map<String, Object> selector = manifest.get("spec", "selector", "matchLabels");
    if (selector == null) {
      return List.of();
    }
    Map<String, String> labels =
        selector.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, label -> label.getValue().toString()));
    return client
        .pods()
        .inNamespace(manifest.getMetadata().getNamespace())
        .withLabels(labels)
        .list()
        .getItems();
  }

  private void failed(String label, ApplyOutcome outcome) {
    switch (outcome) {
      case ApplyOutcome.Applied applied -> LOG.debug("cluster {}: applied {}", name, label);
      case ApplyOutcome.Refused(String reason, String message) -> {
        LOG.warn("cluster {}: {}: {}", name, reason, message);
        threads.later(TRY_AGAIN, () -> due(label));
      }
      case ApplyOutcome.Unreachable(String message) -> {
        LOG.info("cluster {}: {}", name, message);
        threads.later(TRY_AGAIN, () -> due(label));
        home.lost(message);
      }
    }
  }

  private void removeOrphans(String label) {
    List<HasMetadata> orphans = informers.of(label);
    if (orphans.isEmpty()) {
      return;
    }
    if (home.gone(label)) {
      orphans.forEach(writes::remove);
    } else {
      threads.later(TRY_AGAIN, () -> due(label));
    }
  }

  @Override
  public void close() {
    closed = true;
    informers.close();
  }
}
