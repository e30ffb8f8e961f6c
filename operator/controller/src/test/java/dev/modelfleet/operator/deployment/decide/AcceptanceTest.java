package dev.modelfleet.operator.deployment.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentSpecBuilder;
import dev.modelfleet.api.v1alpha1.RolloutBuilder;
import dev.modelfleet.api.v1alpha1.Wave;
import dev.modelfleet.api.v1alpha1.WaveBuilder;
import dev.modelfleet.api.v1alpha1.WaveSelector;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.operator.member.decide.MembersFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Specs that the API server takes and that can't be carried out. */
class AcceptanceTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "5% 25% 100%,",
    "5%,",
    "5% selector 6%,",
    "25% 5%, wave w1 takes 5% of all units together with the waves before it",
    "5% 5%, and wave w0 already takes 5%: give percentages in ascending order",
    "10% selector 9.5%, wave w2 takes 9.5%"
  })
  void sharesOfWavesAscend(String waves, String objection) {
    ModelDeployment deployment =
        Samples.deployment("n", "m", "https://h/first.onnx", null, "a=one");
    String[] shares = waves.split(" ");
    List<Wave> list = new ArrayList<>();
    for (int i = 0; i < shares.length; i++) {
      WaveBuilder wave = WaveBuilder.builder().name("w" + i);
      boolean selects = shares[i].equals("selector");
      list.add(
          selects
              ? wave.selector(new WaveSelector(Map.of("a", "b"), Map.of())).build()
              : wave.percent(shares[i]).build());
    }
    deployment.setSpec(
        ModelDeploymentSpecBuilder.builder(deployment.getSpec())
            .rollout(RolloutBuilder.builder().waves(list).build())
            .build());
    DeploymentFacts facts =
        new DeploymentFacts(
            deployment,
            null,
            Map.of(),
            Map.of(),
            Map.of(),
            List.of(),
            Map.of(),
            List.of(),
            List.of(),
            List.of(),
            MembersFacts.NONE,
            Map.of(),
            RouteFacts.NONE);

    var found = Acceptance.objection(facts);

    if (objection == null) {
      assertThat(found).isEmpty();
    } else {
      assertThat(found.orElseThrow().reason()).isEqualTo("WavesNotAscending");
      assertThat(found.orElseThrow().message()).contains(objection);
    }
  }
}
