package dev.modelfleet.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.artifact.ActivationType;
import dev.modelfleet.artifact.CalibrationMethod;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.FloatType;
import dev.modelfleet.artifact.Granularity;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.Pooling;
import dev.modelfleet.artifact.PruningMethod;
import dev.modelfleet.artifact.QuantizationScheme;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.Search;
import dev.modelfleet.artifact.SearchObjective;
import dev.modelfleet.artifact.SearchStrategy;
import dev.modelfleet.artifact.Step;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The parts of the API that the operator hands to the runtime read as the contract's records. */
class ContractTest {

  private static final Path SAMPLES = Path.of("../../src/samples");

  @Test
  void recipesReadAsTheContractsRecipes() throws IOException {
    CompressionPolicy policy =
        Serialization.unmarshal(
            Files.readString(SAMPLES.resolve("minilm/compressionpolicy.yaml")),
            CompressionPolicy.class);

    List<Recipe> recipes =
        policy.getSpec().recipes().stream()
            .map(recipe -> ContractJson.read(Serialization.asJson(recipe), Recipe.class))
            .toList();

    assertThat(recipes)
        .containsExactly(
            new Recipe(
                "static-int8",
                List.of(
                    new Step.Simplify(),
                    new Step.Quantize(
                        QuantizationScheme.STATIC,
                        Granularity.PER_TENSOR,
                        ActivationType.UINT8,
                        CalibrationMethod.MIN_MAX,
                        List.of()))),
            new Recipe(
                "dynamic-int8",
                List.of(
                    new Step.Simplify(),
                    new Step.Quantize(
                        QuantizationScheme.DYNAMIC,
                        Granularity.PER_CHANNEL,
                        null,
                        null,
                        List.of()))),
            new Recipe(
                "fp16", List.of(new Step.Simplify(), new Step.Convert(FloatType.FP16, true))));
  }

  @Test
  void evaluationsReadAsTheContractsEvaluations() throws IOException {
    CompressionPolicy policy =
        Serialization.unmarshal(
            Files.readString(SAMPLES.resolve("minilm/compressionpolicy.yaml")),
            CompressionPolicy.class);

    Evaluation evaluation =
        ContractJson.read(Serialization.asJson(policy.getSpec().evaluation()), Evaluation.class);

    assertThat(evaluation.metric())
        .isEqualTo(
            new Evaluation.Metric(
                MetricType.COSINE_SIMILARITY,
                "last_hidden_state",
                null,
                Pooling.MEAN,
                "attention_mask"));
    assertThat(evaluation.dataset().uri()).endsWith("minilm-evaluation:1.0.0");
  }

  @Test
  void searchesAndMixedPrecisionReadAsTheContracts() throws IOException {
    CompressionPolicySpec policy =
        Serialization.unmarshal(
                Files.readString(SAMPLES.resolve("guide/policy-pareto.yaml")),
                CompressionPolicy.class)
            .getSpec();

    Search search = ContractJson.read(ContractJson.write(policy.search()), Search.class);
    List<Recipe> recipes =
        policy.recipes().stream()
            .map(recipe -> ContractJson.read(ContractJson.write(recipe), Recipe.class))
            .toList();

    assertThat(search)
        .isEqualTo(
            new Search(
                SearchStrategy.PARETO,
                6,
                SearchObjective.SIZE,
                List.of("20%", "40%", "60%", "80%")));
    assertThat(search.expand(recipes))
        .extracting(Recipe::name)
        .containsExactly(
            "mixed", "mixed-small", "pruned-20", "pruned-40", "pruned-60", "pruned-80");
    Step.Quantize small = (Step.Quantize) recipes.get(1).steps().get(1);
    assertThat(small.mixedPrecision().maxBytes()).isEqualTo(400_000);
    assertThat(small.mixedPrecision().maxLatencyFraction()).isEqualTo(0.8);
    assertThat(search.expand(recipes).get(5).steps().get(1))
        .isEqualTo(new Step.Prune(PruningMethod.CHANNEL, "80%", null, null, null, null, null));
  }

  @Test
  void objectsReadAndWriteWithoutLoss() {
    ModelDeployment deployment =
        Serialization.unmarshal(
            """
            apiVersion: modelfleet.dev/v1alpha1
            kind: ModelDeployment
            metadata:
              name: a
            spec:
              model:
                uri: oci://r/m:1
              targets:
                - name: edge
                  hardwareTargetRef:
                    name: k3s
                  resources:
                    requests:
                      cpu: 500m
              rollout:
                maxUnavailable: 25%
            """,
            ModelDeployment.class);

    ModelDeployment copy =
        Serialization.unmarshal(Serialization.asYaml(deployment), ModelDeployment.class);

    assertThat(copy.getSpec()).isEqualTo(deployment.getSpec());
    assertThat(Serialization.asYaml(deployment))
        .as("absent members are not written")
        .doesNotContain("null", "digest", "status", "serving");
  }
}
