package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.EdgeClusterSpec;
import dev.modelfleet.api.v1alpha1.EdgeClusterStatus;
import dev.modelfleet.api.v1alpha1.SecretKeyReference;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.status.StatusReport;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * An edit of a spec that falls together with the operator's own write of the status is never lost:
 * versions 5.3.0 to 5.3.4 of the Java Operator SDK lose some. This test decides which version the
 * operator stands on.
 */
@WithTestCluster(nodes = 0)
class EditDuringStatusWriteIT {

  private static final int EDITS = 500;
  private static final String NAME = "edited";
  private static final Duration OBSERVED_WITHIN = Duration.ofSeconds(5);

  /** Writes a status for each generation; while it writes, the test edits the spec. */
  @ControllerConfiguration(name = "edits", fieldManager = "modelfleet")
  private static final class StatusWriter implements Reconciler<EdgeCluster> {

    private final BlockingQueue<Long> writing = new LinkedBlockingQueue<>();

    @Override
    public UpdateControl<EdgeCluster> reconcile(EdgeCluster cluster, Context<EdgeCluster> context) {
      long generation = cluster.getMetadata().getGeneration();
      writing.add(generation);
      StatusReport.write(
          cluster,
          new EdgeClusterStatus(generation, "v1", 0, 0, null, List.of()),
          EdgeCluster::new,
          context);
      return UpdateControl.noUpdate();
    }
  }

  @Test
  void everyGenerationIsObserved(TestCluster cluster) throws InterruptedException {
    try (KubernetesClient client = OperatorUnderTest.client(cluster)) {
      OperatorUnderTest.installCrds(client);
      StatusWriter reconciler = new StatusWriter();
      Operator operator =
          new Operator(o -> o.withKubernetesClient(client).withCloseClientOnStop(false));
      operator.register(reconciler);
      operator.start();
      EdgeCluster created = new EdgeCluster();
      created.setMetadata(new ObjectMetaBuilder().withName(NAME).build());
      created.setSpec(new EdgeClusterSpec(new SecretKeyReference("n0", "s", "k")));
      client.resource(created).create();
      try {
        assertThat(lost(client, reconciler)).as("edits that were never observed").isEmpty();
      } finally {
        operator.stop();
        client.resources(EdgeCluster.class).withName(NAME).delete();
      }
    }
  }

  /** Edits as soon as a status write begins; gives the generations that were not observed. */
  private static List<Long> lost(KubernetesClient client, StatusWriter reconciler)
      throws InterruptedException {
    List<Long> lost = new ArrayList<>();
    for (int edit = 1; edit <= EDITS; edit++) {
      Long begun = reconciler.writing.poll(OBSERVED_WITHIN.toSeconds(), TimeUnit.SECONDS);
      if (begun == null) {
        lost.add((long) edit);
      }
      long generation = edit(client, edit);
      if (edit % 50 == 0 && !observed(client, generation)) {
        lost.add(generation);
      }
    }
    long last = edit(client, EDITS + 1);
    if (!observed(client, last)) {
      lost.add(last);
    }
    return lost;
  }

  private static long edit(KubernetesClient client, int number) {
    return client
        .resources(EdgeCluster.class)
        .withName(NAME)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"spec\":{\"kubeconfigSecretRef\":{\"namespace\":\"n%d\"}}}".formatted(number))
        .getMetadata()
        .getGeneration();
  }

  private static boolean observed(KubernetesClient client, long generation)
      throws InterruptedException {
    Instant end = Instant.now().plus(OBSERVED_WITHIN);
    while (Instant.now().isBefore(end)) {
      EdgeCluster seen = client.resources(EdgeCluster.class).withName(NAME).get();
      boolean current =
          seen.getStatus() != null
              && seen.getStatus().observedGeneration() != null
              && seen.getStatus().observedGeneration() >= generation;
      if (current) {
        return true;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return false;
  }
}
