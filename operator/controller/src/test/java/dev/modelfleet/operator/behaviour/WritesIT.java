package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.operator.harness.OperatorRequests;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Ten ModelDeployments share a model on three targets: each of their objects is written once, what
 * they share costs little for each, and nothing that the caches hold is read.
 */
@WithTestCluster(nodes = 0)
class WritesIT {

  private static final int SHARERS = 10;
  private static final int TARGETS = 3;

  @Test
  void manyThatShareAVariantWriteLittle(TestCluster cluster)
      throws IOException, InterruptedException {
    try (OperatorUnderTest test = new OperatorUnderTest(cluster)) {
      test.nodes().script(Samples::succeeds);
      deploy(test);
      test.start();
      IntStream.range(0, SHARERS).forEach(i -> test.awaitReason("m" + i, "Ready", "Ready"));
      TimeUnit.SECONDS.sleep(1);
      Map<String, Integer> counts = new OperatorRequests(cluster, test).counts();

      assertThat(counts)
          .containsEntry("patch controllerrevisions", SHARERS)
          .containsEntry("patch deployments", SHARERS * 2)
          .containsEntry("patch daemonsets", SHARERS)
          .containsEntry("patch services", SHARERS * TARGETS)
          .containsEntry("create modelvariants", TARGETS)
          .containsEntry("create jobs", TARGETS * 2);
      assertThat(counts.getOrDefault("patch modelvariants", 0))
          .as("writes that add owners to %d variants", TARGETS)
          .isLessThan((SHARERS - 1) * TARGETS / 2);
      assertThat(counts.get("get services"))
          .as("names are looked up when a spec is new, and again once its references are resolved")
          .isLessThanOrEqualTo(2 * SHARERS * TARGETS);
      assertThat((double) OperatorRequests.writes(counts) / SHARERS)
          .as("writes for each ModelDeployment: %s", counts)
          .isLessThan(18);
    }
  }

  private static void deploy(OperatorUnderTest test) {
    String ns = test.namespace();
    String dataset = test.registry().push("datasets/evaluation:1", "samples");
    String model = test.registry().push("models/minilm:1.0.0", "weights");
    test.create(Samples.policy(ns, "embeddings", dataset));
    for (String target : new String[] {"edge", "pool", "spare"}) {
      String name = target + "-" + ns;
      test.nodes().addNode(name, Map.of("test", name), Map.of());
      test.create(Samples.target(name, target.equals("edge") ? "PerNode" : "Replicas", name));
    }
    for (int i = 0; i < SHARERS; i++) {
      test.create(
          Samples.deployment(
              ns,
              "m" + i,
              model,
              "embeddings",
              "edge=edge-" + ns,
              "pool=pool-" + ns,
              "spare=spare-" + ns));
    }
  }
}
