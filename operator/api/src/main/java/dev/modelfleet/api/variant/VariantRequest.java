package dev.modelfleet.api.variant;

import dev.modelfleet.api.v1alpha1.ByteSize;
import dev.modelfleet.api.v1alpha1.Constraints;
import dev.modelfleet.api.v1alpha1.Device;
import dev.modelfleet.api.v1alpha1.Engine;
import dev.modelfleet.api.v1alpha1.GoDuration;
import dev.modelfleet.api.v1alpha1.ModelVariantSpec;
import dev.modelfleet.api.v1alpha1.Percentage;
import dev.modelfleet.artifact.BuildRequest;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.ProbeRequest;
import dev.modelfleet.artifact.Publication;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.Search;
import dev.modelfleet.artifact.Source;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.operator.name.Sha256;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A ModelVariant's spec in the words of the contract with build and probe. */
public final class VariantRequest {

  /** Directory of a build's pod under which claims are mounted, each by its name. */
  public static final String CLAIMS_PATH = "/sources";

  private static final String CLAIM_SCHEME = "pvc://";
  private static final long SEED = 1;
  private static final int WARM_UP = 10;
  private static final int TAG_DIGITS = 32;

  private final ModelVariantSpec spec;

  public VariantRequest(ModelVariantSpec spec) {
    this.spec = spec;
  }

  /** What the build is asked for. */
  public BuildRequest build(List<String> excluded, String registry, List<String> plainHttp) {
    return new BuildRequest(
        spec.key(),
        spec.modelName(),
        source(spec.source().uri(), spec.source().digest()),
        recipes(),
        excluded,
        spec.calibration() == null
            ? null
            : source(spec.calibration().dataset().uri(), spec.calibration().dataset().digest()),
        evaluation(),
        gates(),
        search(),
        spec.fallback(),
        profile(),
        new Publication(registry + "/" + spec.modelName(), tag(excluded), plainHttp),
        SEED);
  }

  /** What the probe is asked for. */
  public ProbeRequest probe(String modelDirectory, int iterations) {
    return new ProbeRequest(modelDirectory, WARM_UP, iterations, gates());
  }

  /** The gates as numbers. */
  public Gates gates() {
    Constraints gates = spec.gates();
    return gates == null
        ? new Gates(null, null, null, null)
        : new Gates(
            gates.maxAccuracyDrop() == null
                ? null
                : Percentage.parse(gates.maxAccuracyDrop()).fraction(),
            gates.maxModelSize() == null ? null : ByteSize.bytes(gates.maxModelSize()),
            gates.maxLatency() == null ? null : GoDuration.millis(gates.maxLatency()),
            gates.maxMemory() == null ? null : ByteSize.bytes(gates.maxMemory()));
  }

  /** Names of the claims that the build's sources lie on. */
  public Set<String> claims() {
    Set<String> claims = new LinkedHashSet<>();
    Stream.of(
            spec.source().uri(),
            spec.calibration() == null ? null : spec.calibration().dataset().uri(),
            spec.evaluation() == null ? null : spec.evaluation().dataset().uri())
        .filter(uri -> uri != null && uri.startsWith(CLAIM_SCHEME))
        .forEach(uri -> claims.add(uri.substring(CLAIM_SCHEME.length()).split("/", 2)[0]));
    return claims;
  }

  List<Recipe> recipes() {
    List<Recipe> recipes = new ArrayList<>();
    spec.recipes()
        .forEach(
            recipe -> recipes.add(ContractJson.read(ContractJson.write(recipe), Recipe.class)));
    return recipes;
  }

  /** The recipes as they are tried. */
  public List<Recipe> expandedRecipes() {
    return search().expand(recipes());
  }

  Evaluation.Metric metric() {
    return ContractJson.read(
        ContractJson.write(spec.evaluation().metric()), Evaluation.Metric.class);
  }

  Double confidence() {
    String confidence = spec.evaluation().confidence();
    return confidence == null ? null : Percentage.parse(confidence).fraction();
  }

  Search search() {
    return spec.search() == null
        ? Search.ORDERED
        : ContractJson.read(ContractJson.write(spec.search()), Search.class);
  }

  TargetProfile profile() {
    Device device = spec.target().device();
    Engine engine = spec.target().engine();
    return new TargetProfile(
        device.deviceClass(),
        device.vendor(),
        device.architecture().label(),
        engine.name().text(),
        engine.executionProvider() == null ? "CPU" : engine.executionProvider().text(),
        device.precisions(),
        new TreeSet<>(device.cpuFeatures()));
  }

  /**
   * Tag under which an attempt publishes. It depends on the recipes left out, so that a build that
   * leaves one out never finds what an earlier one published.
   */
  private String tag(List<String> excluded) {
    String tag = spec.key().substring(0, Math.min(TAG_DIGITS, spec.key().length()));
    return excluded.isEmpty()
        ? tag
        : tag + "-" + Sha256.hex(String.join(",", excluded)).substring(0, 8);
  }

  private Evaluation evaluation() {
    return spec.evaluation() == null
        ? null
        : new Evaluation(
            source(spec.evaluation().dataset().uri(), spec.evaluation().dataset().digest()),
            metric(),
            confidence());
  }

  private static Source source(String uri, String digest) {
    return uri.startsWith(CLAIM_SCHEME)
        ? new Source("file://" + CLAIMS_PATH + "/" + uri.substring(CLAIM_SCHEME.length()), digest)
        : new Source(uri, digest);
  }
}
