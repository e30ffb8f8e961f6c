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
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * An edit of a spec that falls together with the operator's own write of the status is never lost.
 * Some versions of the Java Operator SDK lose such edits in some of their ways to write; this holds
 * the version and the way that the operator uses to it.
 */
@WithTestCluster(nodes = 0)
class EditDuringStatusWriteIT {

  private static final int EDITS = 500;
  private static final String NAME = "edited";
  private static final Duration OBSERVED_WITHIN = Duration.ofSeconds(5);

  /**
   * Writes a status for each generation; around the write the spec is edited: just before it, while
   * it is under way, or just after it, in turn. Each edit is answered by the next reconciliation,
   * so that one that is lost stops the chain.
   */
  @ControllerConfiguration(name = "edits", fieldManager = "modelfleet")
  private static final class StatusWriter implements Reconciler<EdgeCluster> {

    private final KubernetesClient client;
    private final BlockingQueue<Long> observed = new LinkedBlockingQueue<>();
    private int edits;

    StatusWriter(KubernetesClient client) {
      this.client = client;
    }

    @Override
    public UpdateControl<EdgeCluster> reconcile(EdgeCluster cluster, Context<EdgeCluster> context)
        throws InterruptedException {
      long generation = cluster.getMetadata().getGeneration();
      boolean answered = generation == edits + 1L && edits < EDITS;
      int when = edits % 3;
      Thread meanwhile = Thread.ofVirtual().unstarted(this::edit);
      if (answered && when == 0) {
        edit();
      } else if (answered && when == 1) {
        meanwhile.start();
      }
      StatusReport.write(
          cluster,
          new EdgeClusterStatus(generation, "v1", 0, 0, null, List.of()),
          EdgeCluster::new,
          context);
      if (answered && when == 1) {
        meanwhile.join();
      } else if (answered && when == 2) {
        edit();
      }
      if (observed.stream().noneMatch(seen -> seen == generation)) {
        observed.add(generation);
      }
      return UpdateControl.noUpdate();
    }

    private void edit() {
      edits++;
      client
          .resources(EdgeCluster.class)
          .withName(NAME)
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              "{\"spec\":{\"kubeconfigSecretRef\":{\"namespace\":\"n%d\"}}}".formatted(edits));
    }
  }

  @Test
  void everyGenerationIsObserved(TestCluster cluster) throws InterruptedException {
    try (KubernetesClient client = OperatorUnderTest.client(cluster)) {
      OperatorUnderTest.installCrds(client);
      StatusWriter reconciler = new StatusWriter(client);
      Operator operator =
          new Operator(o -> o.withKubernetesClient(client).withCloseClientOnStop(false));
      operator.register(reconciler);
      operator.start();
      EdgeCluster created = new EdgeCluster();
      created.setMetadata(new ObjectMetaBuilder().withName(NAME).build());
      created.setSpec(
          new EdgeClusterSpec(null, new SecretKeyReference("n0", "s", "k"), null, List.of()));
      client.resource(created).create();
      try {
        for (long generation = 1; generation <= EDITS + 1; generation++) {
          assertThat(reconciler.observed.poll(OBSERVED_WITHIN.toSeconds(), TimeUnit.SECONDS))
              .as("the generation that edit %d made", generation - 1)
              .isEqualTo(generation);
        }
        OperatorUnderTest.await(
            () -> client.resources(EdgeCluster.class).withName(NAME).get(),
            seen -> seen.getStatus().observedGeneration() == EDITS + 1,
            EdgeCluster::getStatus);
      } finally {
        operator.stop();
        client.resources(EdgeCluster.class).withName(NAME).delete();
      }
    }
  }
}
