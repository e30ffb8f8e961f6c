package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.PackagedOperator;
import dev.modelfleet.operator.harness.SampleFleet;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * The packaged application becomes ready quickly and serves a hundred ModelDeployments within its
 * memory. The bounds here are loose, for machines that do other things too; the figures are printed
 * for the benchmarks.
 */
@WithTestCluster(nodes = 0)
class PackagedOperatorIT {

  private static final int DEPLOYMENTS = 100;
  private static final long MEBI = 1L << 20;
  private static final Path LOG = Path.of("target/packaged-operator.log");

  @Test
  void itIsReadyQuicklyAndSmall(TestCluster cluster) {
    try (OperatorUnderTest test = new OperatorUnderTest(cluster);
        PackagedOperator operator = new PackagedOperator(cluster, test.registry(), LOG)) {
      test.nodes().script(Samples::succeeds);
      Duration ready = operator.awaitReady();
      SampleFleet fleet = new SampleFleet(test);
      for (int i = 0; i < DEPLOYMENTS; i++) {
        fleet.deploy("m" + i, test.registry().push("models/m" + i + ":1", "model " + i));
      }
      for (int i = 0; i < DEPLOYMENTS; i++) {
        test.awaitReason("m" + i, "Ready", "Ready");
      }
      long resident = operator.residentBytes() / MEBI;
      System.out.printf(
          "operator: ready after %d ms, %d MiB resident with %d ModelDeployments%n",
          ready.toMillis(), resident, DEPLOYMENTS);
      assertThat(resident).isLessThanOrEqualTo(250);
      assertThat(ready).isLessThan(Duration.ofSeconds(20));
    }
  }
}
