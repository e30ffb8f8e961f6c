package dev.modelfleet.api.variant;

import dev.modelfleet.api.v1alpha1.ModelVariantSpec;
import dev.modelfleet.artifact.BuilderVersion;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.Fallback;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.Search;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.operator.name.ResourceName;
import dev.modelfleet.operator.name.Sha256;
import java.util.List;
import java.util.Map;

/**
 * The content key of a variant: SHA-256 over the canonical JSON of everything that decides what is
 * built and where it is proven. Where the original lies does not count, only its digest;
 * credentials do not count either. Equal keys are one variant, whoever asks for it.
 */
public final class VariantKey {

  private static final int NAME_DIGITS = 10;

  /** Leaves room for what Jobs add to the name. */
  private static final int MAX_NAME = 46;

  private record Content(
      String builderVersion,
      String modelName,
      String model,
      List<Recipe> recipes,
      String calibration,
      String evaluation,
      Evaluation.Metric metric,
      Double confidence,
      Gates gates,
      Search search,
      Fallback fallback,
      TargetProfile profile,
      String hardwareTarget,
      String resourceName,
      Map<String, String> nodeSelector,
      List<String> tolerations) {}

  private VariantKey() {}

  /** The key of a spec; its own field {@code key} is not looked at. */
  public static String of(ModelVariantSpec spec) {
    VariantRequest request = new VariantRequest(spec);
    var evaluation = spec.evaluation();
    String key =
        Sha256.hex(
            ContractJson.write(
                new Content(
                    BuilderVersion.CURRENT,
                    spec.modelName(),
                    spec.source().digest(),
                    request.recipes(),
                    spec.calibration() == null ? null : spec.calibration().dataset().digest(),
                    evaluation == null ? null : evaluation.dataset().digest(),
                    evaluation == null ? null : request.metric(),
                    evaluation == null ? null : request.confidence(),
                    request.gates(),
                    request.search(),
                    spec.fallback(),
                    request.profile(),
                    spec.target().hardwareTarget(),
                    spec.target().device().resourceName(),
                    spec.target().nodeSelector(),
                    spec.target().tolerations().stream()
                        .map(ContractJson::write)
                        .sorted()
                        .toList())));
    return Boolean.TRUE.equals(spec.target().members()) ? Sha256.hex(key + "/members") : key;
  }

  /** Name of the ModelVariant: for people its model and target, then the key's first digits. */
  public static String name(ModelVariantSpec spec) {
    String readable = spec.modelName() + "-" + spec.target().hardwareTarget();
    int room = MAX_NAME - NAME_DIGITS - 1;
    return ResourceName.label(readable, room, "model") + "-" + spec.key().substring(0, NAME_DIGITS);
  }
}
