package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.ModelDeploymentSpecBuilder;
import dev.modelfleet.api.v1alpha1.RolloutBuilder;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.api.v1alpha1.Wave;
import dev.modelfleet.api.v1alpha1.WaveBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Random clusters with faults and edits of the spec: at each step, what the status says is what the
 * nodes do.
 */
class StatusSimulationTest {

  private static final int CLUSTERS = 1_000;
  private static final int TICKS = 14;

  @Test
  void noStatusLies() {
    IntStream.range(0, CLUSTERS)
        .parallel()
        .forEach(
            seed -> {
              try {
                history(new Random(seed));
              } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("with seed " + seed + ": " + e.getMessage(), e);
              }
            });
  }

  private static void history(Random random) {
    List<Boolean> devices = new ArrayList<>(List.of(random.nextBoolean()));
    if (random.nextBoolean()) {
      devices.add(random.nextBoolean());
    }
    SimulatedHub hub = new SimulatedHub(random, devices);
    int bad = random.nextInt(4);
    hub.quality =
        (model, node) ->
            switch (model) {
              case "m0", "good" -> false;
              case "bad" -> true;
              default -> bad > 0 && (model + node).hashCode() % 4 < bad - 1;
            };
    for (int t = 0; t < devices.size(); t++) {
      int size = 1 + random.nextInt(5);
      for (int n = 0; n < size; n++) {
        hub.nodes.add(
            new SimulatedHub.Node("n" + t + "-" + n + "-" + random.nextInt(500), "t" + t));
      }
    }
    rollout(hub, random, false);
    for (int tick = 0; tick < 5 + TICKS; tick++) {
      if (tick >= 5) {
        disturb(hub, random);
      }
      hub.operate();
      new StatusTruth(hub).check();
      hub.pass(tick < 5 ? 40 : 1 + random.nextInt(60));
    }
  }

  private static void disturb(SimulatedHub hub, Random random) {
    SimulatedHub.Node any = hub.nodes.get(random.nextInt(hub.nodes.size()));
    switch (random.nextInt(12)) {
      case 0, 1 -> hub.edit("m" + random.nextInt(4));
      case 2 -> hub.edit("bad");
      case 3 -> hub.edit("good");
      case 4 -> hub.ready(any, false);
      case 5, 6 -> hub.ready(any, true);
      case 7 -> rollout(hub, random, random.nextBoolean());
      case 8 -> hub.nodes.add(new SimulatedHub.Node("late" + random.nextInt(), "t0"));
      case 9 -> hub.builds = VariantPhase.PROBING;
      case 10 -> hub.prove();
      case 11 ->
          any.pods.replaceAll(
              (s, p) -> new SimulatedHub.Pod(p.variant(), hub.now.plusSeconds(5), p.fails()));
      default -> throw new IllegalStateException();
    }
  }

  private static void rollout(SimulatedHub hub, Random random, boolean paused) {
    List<Wave> waves = new ArrayList<>();
    int share = 0;
    for (int w = 0; w < random.nextInt(3); w++) {
      share += 5 + random.nextInt(40);
      waves.add(
          WaveBuilder.builder()
              .name("w" + w)
              .percent(share + "%")
              .pause(random.nextInt(4) == 0)
              .soak(random.nextInt(3) == 0 ? 1 + random.nextInt(120) + "s" : null)
              .build());
    }
    hub.deployment.setSpec(
        ModelDeploymentSpecBuilder.builder(hub.deployment.getSpec())
            .rollout(
                RolloutBuilder.builder()
                    .waves(waves)
                    .paused(paused)
                    .maxConcurrency(new IntOrString(1 + random.nextInt(3)))
                    .maxUnavailable(new IntOrString(1 + random.nextInt(2)))
                    .maxFailures(new IntOrString(random.nextInt(2)))
                    .minReadySeconds(random.nextInt(3) * 10)
                    .autoRollback(random.nextInt(5) > 0)
                    .progressDeadlineSeconds(120)
                    .build())
            .build());
    hub.deployment.getMetadata().setGeneration(hub.facts == null ? 2 : hub.facts.generation() + 1);
  }
}
