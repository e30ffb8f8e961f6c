package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.BuildRequest;
import dev.modelfleet.artifact.DeviceClass;
import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.Fallback;
import dev.modelfleet.artifact.FloatType;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.Granularity;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.Precision;
import dev.modelfleet.artifact.Publication;
import dev.modelfleet.artifact.QuantizationScheme;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.Search;
import dev.modelfleet.artifact.Source;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.artifact.TargetProfile;
import java.util.List;

/** Requests for tests, changed member by member. */
record Requests(
    String key,
    Source model,
    List<Recipe> recipes,
    List<String> excluded,
    Source calibration,
    Evaluation evaluation,
    Gates gates,
    Fallback fallback,
    List<Precision> precisions,
    Publication publication,
    Search search) {

  static final Recipe DYNAMIC = quantize("dynamic-int8", QuantizationScheme.DYNAMIC);
  static final Recipe DYNAMIC_PER_TENSOR =
      new Recipe(
          "dynamic-int8-per-tensor",
          List.of(
              new Step.Quantize(
                  QuantizationScheme.DYNAMIC, Granularity.PER_TENSOR, null, null, List.of())));
  static final Recipe STATIC = quantize("static-int8", QuantizationScheme.STATIC);
  static final Recipe HALF =
      new Recipe("fp16", List.of(new Step.Simplify(), new Step.Convert(FloatType.FP16, true)));
  static final Gates NONE = new Gates(null, null, null, null);

  /** A request for a model, with an evaluation set, to be published in a registry. */
  static Requests of(String registry) {
    return new Requests(
        "key-1",
        new Source("oci://" + registry + "/models/tiny:1", null),
        List.of(DYNAMIC, HALF),
        List.of(),
        null,
        evaluation(new Source("oci://" + registry + "/datasets/evaluation:1", null)),
        new Gates(0.05, null, null, null),
        Fallback.REJECT,
        List.of(),
        new Publication(registry + "/variants/tiny", "t1", List.of(registry)),
        Search.ORDERED);
  }

  static Evaluation evaluation(Source dataset) {
    return new Evaluation(
        dataset, new Evaluation.Metric(MetricType.COSINE_SIMILARITY, null, null, null, null));
  }

  private static Recipe quantize(String name, QuantizationScheme scheme) {
    return new Recipe(
        name, List.of(new Step.Simplify(), new Step.Quantize(scheme, null, null, null, List.of())));
  }

  BuildRequest build() {
    return new BuildRequest(
        key,
        "tiny",
        model,
        recipes,
        excluded,
        calibration,
        evaluation,
        gates,
        search,
        fallback,
        new TargetProfile(DeviceClass.CPU, null, "amd64", "ONNXRuntime", "CPU", precisions),
        publication,
        7);
  }

  Requests model(Source other) {
    return new Requests(
        key,
        other,
        recipes,
        excluded,
        calibration,
        evaluation,
        gates,
        fallback,
        precisions,
        publication,
        search);
  }

  Requests recipes(Recipe... other) {
    return new Requests(
        key,
        model,
        List.of(other),
        excluded,
        calibration,
        evaluation,
        gates,
        fallback,
        precisions,
        publication,
        search);
  }

  Requests withoutRecipes() {
    return recipes(new Recipe[0]);
  }

  Requests excluded(String... other) {
    return new Requests(
        key,
        model,
        recipes,
        List.of(other),
        calibration,
        evaluation,
        gates,
        fallback,
        precisions,
        publication,
        search);
  }

  Requests calibration(Source other) {
    return new Requests(
        key,
        model,
        recipes,
        excluded,
        other,
        evaluation,
        gates,
        fallback,
        precisions,
        publication,
        search);
  }

  Requests evaluation(Evaluation other, Gates otherGates) {
    return new Requests(
        key,
        model,
        recipes,
        excluded,
        calibration,
        other,
        otherGates,
        fallback,
        precisions,
        publication,
        search);
  }

  Requests gates(Gates other) {
    return evaluation(evaluation, other);
  }

  Requests fallback(Fallback other) {
    return new Requests(
        key,
        model,
        recipes,
        excluded,
        calibration,
        evaluation,
        gates,
        other,
        precisions,
        publication,
        search);
  }

  Requests precisions(Precision... other) {
    return new Requests(
        key,
        model,
        recipes,
        excluded,
        calibration,
        evaluation,
        gates,
        fallback,
        List.of(other),
        publication,
        search);
  }

  Requests publication(Publication other) {
    return new Requests(
        key,
        model,
        recipes,
        excluded,
        calibration,
        evaluation,
        gates,
        fallback,
        precisions,
        other,
        search);
  }

  Requests search(Search other) {
    return new Requests(
        key,
        model,
        recipes,
        excluded,
        calibration,
        evaluation,
        gates,
        fallback,
        precisions,
        publication,
        other);
  }
}
