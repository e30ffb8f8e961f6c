package dev.modelfleet.api.variant;

import dev.modelfleet.api.v1alpha1.Budget;
import dev.modelfleet.api.v1alpha1.ByteSize;
import dev.modelfleet.api.v1alpha1.Calibration;
import dev.modelfleet.api.v1alpha1.CompressionPolicySpec;
import dev.modelfleet.api.v1alpha1.Constraints;
import dev.modelfleet.api.v1alpha1.Dataset;
import dev.modelfleet.api.v1alpha1.GoDuration;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeploymentSpec;
import dev.modelfleet.api.v1alpha1.ModelSource;
import dev.modelfleet.api.v1alpha1.ModelVariantSpec;
import dev.modelfleet.api.v1alpha1.ModelVariantSpecBuilder;
import dev.modelfleet.api.v1alpha1.PolicyEvaluation;
import dev.modelfleet.api.v1alpha1.RecipeStep;
import dev.modelfleet.api.v1alpha1.VariantTargetBuilder;
import dev.modelfleet.artifact.BuilderVersion;
import dev.modelfleet.artifact.Fallback;
import dev.modelfleet.operator.name.ResourceName;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Freezes a model, a policy and a target into the spec of a ModelVariant. */
public final class VariantSpecs {

  private static final int MAX_MODEL_NAME = 24;

  private final ModelSource model;
  private final CompressionPolicySpec policy;
  private final Map<String, String> digests;

  /**
   * For one ModelDeployment.
   *
   * @param policy null to serve the original
   * @param digests by URI, complete
   */
  public VariantSpecs(
      ModelSource model, CompressionPolicySpec policy, Map<String, String> digests) {
    this.model = model;
    this.policy = policy;
    this.digests = digests;
  }

  /** The spec of the variant for a target. */
  public ModelVariantSpec of(HardwareTarget target) {
    var spec = target.getSpec();
    ModelVariantSpecBuilder variant =
        ModelVariantSpecBuilder.builder()
            .key("")
            .builderVersion(BuilderVersion.CURRENT)
            .modelName(modelName(model.uri()))
            .source(
                new ModelSource(
                    model.uri(), pinned(model.uri(), model.digest()), model.pullSecretRef()))
            .recipes(policy == null ? null : policy.recipes())
            .calibration(calibration())
            .evaluation(evaluation())
            .gates(gates(policy == null ? null : policy.constraints(), spec.budget()))
            .search(policy == null ? null : policy.search())
            .fallback(fallback())
            .target(
                VariantTargetBuilder.builder()
                    .hardwareTarget(target.getMetadata().getName())
                    .device(spec.device())
                    .engine(spec.engine())
                    .nodeSelector(spec.placement().nodeSelector())
                    .tolerations(spec.placement().tolerations())
                    .members(spec.placement().clusterSelector().isEmpty() ? null : true)
                    .build());
    return variant.key(VariantKey.of(variant.build())).build();
  }

  /** The URIs whose digests must be found out, for a spec and the policy in force. */
  public static Set<String> openUris(ModelDeploymentSpec spec, CompressionPolicySpec policy) {
    Set<String> uris = new LinkedHashSet<>();
    if (spec.model().digest() == null) {
      uris.add(spec.model().uri());
    }
    List<Dataset> datasets = new ArrayList<>();
    if (policy != null && policy.calibration() != null) {
      datasets.add(policy.calibration().dataset());
    }
    if (policy != null && policy.evaluation() != null) {
      datasets.add(policy.evaluation().dataset());
    }
    datasets.stream().filter(d -> d.digest() == null).map(Dataset::uri).forEach(uris::add);
    return uris;
  }

  /** The last part of the path, without tag and ending: what people call the model. */
  static String modelName(String uri) {
    String path = uri.replaceFirst("@sha256:[0-9a-f]+$", "").replaceFirst("[?#].*$", "");
    String last = path.substring(path.lastIndexOf('/') + 1);
    String bare = last.replaceFirst(":[^:]*$", "").replaceFirst("\\.onnx$", "");
    return ResourceName.label(bare, MAX_MODEL_NAME, "model");
  }

  /** The stricter of two sets of gates, gate by gate; null where there is none. */
  static Constraints gates(Constraints policy, Budget budget) {
    Constraints first = policy == null ? new Constraints(null, null, null, null) : policy;
    Budget second = budget == null ? new Budget(null, null, null) : budget;
    Function<Quantity, Long> bytes = ByteSize::bytes;
    Constraints gates =
        new Constraints(
            first.maxAccuracyDrop(),
            stricter(first.maxModelSize(), second.modelSize(), bytes),
            stricter(first.maxLatency(), second.latencyP99(), GoDuration::millis),
            stricter(first.maxMemory(), second.memory(), bytes));
    return gates.equals(new Constraints(null, null, null, null)) ? null : gates;
  }

  private static <T, C extends Comparable<C>> T stricter(T a, T b, Function<T, C> amount) {
    return Stream.of(
            a == null ? Stream.<T>empty() : Stream.of(a),
            b == null ? Stream.<T>empty() : Stream.of(b))
        .flatMap(s -> s)
        .min(Comparator.comparing(amount))
        .orElse(null);
  }

  private Fallback fallback() {
    if (policy == null) {
      return Fallback.ORIGINAL;
    }
    return policy.fallback() == null ? Fallback.REJECT : policy.fallback();
  }

  private Calibration calibration() {
    boolean needed =
        policy != null
            && policy.calibration() != null
            && policy.recipes().stream()
                .flatMap(recipe -> recipe.steps().stream())
                .anyMatch(RecipeStep::needsCalibration);
    return needed ? new Calibration(pinned(policy.calibration().dataset())) : null;
  }

  private PolicyEvaluation evaluation() {
    return policy == null || policy.evaluation() == null
        ? null
        : new PolicyEvaluation(
            pinned(policy.evaluation().dataset()),
            policy.evaluation().metric(),
            policy.evaluation().confidence());
  }

  private Dataset pinned(Dataset dataset) {
    return new Dataset(dataset.uri(), pinned(dataset.uri(), dataset.digest()));
  }

  private String pinned(String uri, String digest) {
    return digest == null ? digests.get(uri) : digest;
  }
}
