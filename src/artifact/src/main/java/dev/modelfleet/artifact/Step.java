package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Optional;

/**
 * One transformation of a recipe. In JSON an object with exactly one member, named for the step:
 * {@code {"quantize": {"scheme": "Dynamic"}}}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
@JsonSubTypes({
  @JsonSubTypes.Type(value = Step.Simplify.class, name = "simplify"),
  @JsonSubTypes.Type(value = Step.Quantize.class, name = "quantize"),
  @JsonSubTypes.Type(value = Step.Prune.class, name = "prune"),
  @JsonSubTypes.Type(value = Step.Factorize.class, name = "factorize"),
  @JsonSubTypes.Type(value = Step.Convert.class, name = "convert")
})
public sealed interface Step {

  /** Precision of the weights after this step, where the step changes it. */
  @JsonIgnore
  default Optional<Precision> resultingPrecision() {
    return Optional.empty();
  }

  /** Whether the step can't do without calibration data. */
  @JsonIgnore
  default boolean needsCalibration() {
    return false;
  }

  /** Folds constants, removes dead and identity nodes, merges what is numerically equal. */
  record Simplify() implements Step {}

  /**
   * Quantization of weights and, by scheme, of activations: uniform, or with scheme NonUniform to
   * the levels of codebooks.
   *
   * @param scheme how activations are treated; required
   * @param granularity how many weights share a scale; PerChannel unless given
   * @param activations integer type of activations, only with scheme Static; UInt8 unless given
   * @param calibration how activation ranges are chosen, only with scheme Static; MinMax unless
   *     given
   * @param operators ONNX operator types to quantize; empty means those that pay on the engine
   * @param smoothing whether outlier channels of activations are moved into the weights first,
   *     which needs calibration data; only with schemes Dynamic and Static; null stands for false
   * @param equalization whether the ranges of weights are evened out across layers first; only with
   *     scheme Static; null stands for false
   * @param biasCorrection whether the mean error of each channel is taken back in its bias; only
   *     with scheme Static; null stands for false
   * @param weights how weights are stored; 8 bits unless given, with scheme NonUniform 4.
   *     Granularity PerBlock has more choices and is for scheme WeightOnly only
   * @param mixedPrecision limits within which each layer gets a format of its own, with scheme
   *     NonUniform a number of bits, which needs calibration data; null quantizes all layers alike
   * @param weightRange which integers stand for weights, only with schemes Dynamic and Static; null
   *     leaves it to what the target's processor needs
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record Quantize(
      QuantizationScheme scheme,
      Granularity granularity,
      ActivationType activations,
      CalibrationMethod calibration,
      List<String> operators,
      Boolean smoothing,
      Boolean equalization,
      Boolean biasCorrection,
      WeightFormat weights,
      MixedPrecision mixedPrecision,
      WeightRange weightRange)
      implements Step {

    /** All layers alike. */
    public Quantize(
        QuantizationScheme scheme,
        Granularity granularity,
        ActivationType activations,
        CalibrationMethod calibration,
        List<String> operators,
        Boolean smoothing,
        Boolean equalization,
        Boolean biasCorrection,
        WeightFormat weights) {
      this(
          scheme,
          granularity,
          activations,
          calibration,
          operators,
          smoothing,
          equalization,
          biasCorrection,
          weights,
          null,
          null);
    }

    /** With 8-bit weights. */
    public Quantize(
        QuantizationScheme scheme,
        Granularity granularity,
        ActivationType activations,
        CalibrationMethod calibration,
        List<String> operators,
        Boolean smoothing) {
      this(scheme, granularity, activations, calibration, operators, smoothing, null, null, null);
    }

    /** Without smoothing. */
    public Quantize(
        QuantizationScheme scheme,
        Granularity granularity,
        ActivationType activations,
        CalibrationMethod calibration,
        List<String> operators) {
      this(scheme, granularity, activations, calibration, operators, null);
    }

    public Quantize {
      if (scheme == null) {
        throw new IllegalArgumentException(
            "quantize.scheme is missing: give Dynamic, Static, WeightOnly or NonUniform");
      }
      boolean isStatic = scheme == QuantizationScheme.STATIC;
      if (!isStatic && (activations != null || calibration != null)) {
        throw new IllegalArgumentException(
            "quantize.activations and quantize.calibration apply to scheme Static only: remove"
                + " them or set scheme: Static");
      }
      granularity = granularity == null ? Granularity.PER_CHANNEL : granularity;
      if (isStatic) {
        activations = activations == null ? ActivationType.UINT8 : activations;
        calibration = calibration == null ? CalibrationMethod.MIN_MAX : calibration;
      }
      boolean weightsAlone =
          scheme == QuantizationScheme.WEIGHT_ONLY || scheme == QuantizationScheme.NON_UNIFORM;
      if (weightsAlone && Boolean.TRUE.equals(smoothing)) {
        throw new IllegalArgumentException(
            "quantize.smoothing applies to schemes Dynamic and Static only: remove it, as other"
                + " schemes leave activations as they are");
      }
      if (!isStatic && (Boolean.TRUE.equals(equalization) || Boolean.TRUE.equals(biasCorrection))) {
        throw new IllegalArgumentException(
            "quantize.equalization and quantize.biasCorrection apply to scheme Static only: remove"
                + " them or set scheme: Static");
      }
      if (activations == ActivationType.UINT16
          && (calibration == CalibrationMethod.MEAN_SQUARED_ERROR
              || calibration == CalibrationMethod.ENTROPY)) {
        throw new IllegalArgumentException(
            "quantize.calibration MeanSquaredError and Entropy weigh steps of 8 bits: with"
                + " activations UInt16 set MinMax, MovingAverage or Percentile");
      }
      if (weightsAlone && weightRange != null) {
        throw new IllegalArgumentException(
            "quantize.weightRange applies to schemes Dynamic and Static only: remove it, as other"
                + " schemes multiply in floating point");
      }
      if (weightRange == WeightRange.UNSIGNED && activations == ActivationType.INT8) {
        throw new IllegalArgumentException(
            "quantize.weightRange Unsigned is for unsigned activations: set Full, or activations:"
                + " UInt8");
      }
      boolean blocks = granularity == Granularity.PER_BLOCK;
      if (blocks && scheme != QuantizationScheme.WEIGHT_ONLY) {
        throw new IllegalArgumentException(
            "quantize.granularity PerBlock is for scheme WeightOnly only: set granularity:"
                + " PerChannel or scheme: WeightOnly");
      }
      boolean codebooks = scheme == QuantizationScheme.NON_UNIFORM;
      if (codebooks
          && mixedPrecision != null
          && (mixedPrecision.maxModelSize() == null || !mixedPrecision.onlySize())) {
        throw new IllegalArgumentException(
            "with scheme NonUniform quantize.mixedPrecision takes maxModelSize and nothing else: it"
                + " chooses the bits of each layer");
      }
      weights = weights == null ? WeightFormat.DEFAULT : weights;
      if (!blocks && !codebooks) {
        weights.requireNoBlocks();
      }
      weights = codebooks ? weights.forCodebooks() : blocks ? weights.forBlocks() : null;
      operators = operators == null ? List.of() : List.copyOf(operators);
      // One form for what means the same: equal recipes have equal content keys.
      smoothing = Boolean.TRUE.equals(smoothing) ? true : null;
      equalization = Boolean.TRUE.equals(equalization) ? true : null;
      biasCorrection = Boolean.TRUE.equals(biasCorrection) ? true : null;
    }

    @Override
    public boolean needsCalibration() {
      return scheme == QuantizationScheme.STATIC
          || smooths()
          || mixedPrecision != null
          || (weights != null && weights.needsData());
    }

    /** Whether outlier channels of activations are moved into the weights first. */
    public boolean smooths() {
      return smoothing != null;
    }

    /** Whether the ranges of weights are evened out across layers first. */
    public boolean equalizes() {
      return equalization != null;
    }

    /** Whether the mean error of each channel is taken back in its bias. */
    public boolean correctsBiases() {
      return biasCorrection != null;
    }

    @Override
    public Optional<Precision> resultingPrecision() {
      if (scheme == QuantizationScheme.NON_UNIFORM) {
        // Looked up as FP32 when the model is loaded: every device runs that.
        return Optional.empty();
      }
      boolean four =
          (weights != null && weights.bits() == 4)
              || (mixedPrecision != null
                  && mixedPrecision.formats().contains(LayerFormat.INT4_WEIGHTS));
      return Optional.of(four ? Precision.INT4 : Precision.INT8);
    }
  }

  /**
   * Removal of what matters least.
   *
   * @param method what is removed; required
   * @param ratio share of the parameters to remove, for instance {@code 50%}; this or
   *     flopsReduction, with method Magnitude this or pattern
   * @param flopsReduction share of the floating-point operations to remove; not with method
   *     Magnitude
   * @param pattern how many of so many consecutive inputs of an output keep their weights, for
   *     instance {@code 2:4}; only with method Magnitude
   * @param alignment number of which the channels that are left in each layer are a multiple, only
   *     with method Channel; 8 unless given
   * @param importance how what matters least is found, only with method Channel; Activation unless
   *     given
   * @param repair whether what is left is fitted to what the original computes on the calibration
   *     data; null stands for true
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Prune(
      PruningMethod method,
      String ratio,
      String flopsReduction,
      String pattern,
      Integer alignment,
      Importance importance,
      Boolean repair)
      implements Step {

    private static final int DEFAULT_ALIGNMENT = 8;
    private static final List<String> PATTERNS = List.of("1:2", "1:4", "2:4", "4:8");

    public Prune {
      if (method == null) {
        throw new IllegalArgumentException(
            "prune.method is missing: give Channel, Layer or Magnitude");
      }
      checkPattern(method, ratio, flopsReduction, pattern);
      if (method != PruningMethod.MAGNITUDE && (ratio == null) == (flopsReduction == null)) {
        throw new IllegalArgumentException(
            "exactly one of prune.ratio and prune.flopsReduction is needed: for example ratio: 50%");
      }
      Share.parse("prune.ratio", ratio);
      Share.parse("prune.flopsReduction", flopsReduction);
      if (method != PruningMethod.CHANNEL && (alignment != null || importance != null)) {
        throw new IllegalArgumentException(
            "prune.alignment and prune.importance apply to method Channel only: remove them or set"
                + " method: Channel");
      }
      if (method == PruningMethod.CHANNEL) {
        alignment = alignment == null ? DEFAULT_ALIGNMENT : alignment;
        importance = importance == null ? Importance.ACTIVATION : importance;
      }
      if (alignment != null && (alignment < 1 || alignment > 1024)) {
        throw new IllegalArgumentException(
            "prune.alignment is " + alignment + ": give a number from 1 to 1024");
      }
      // One form for what means the same: equal recipes have equal content keys.
      repair = Boolean.FALSE.equals(repair) ? false : null;
    }

    private static void checkPattern(
        PruningMethod method, String ratio, String flopsReduction, String pattern) {
      boolean single = method == PruningMethod.MAGNITUDE;
      if (single && ((ratio == null) == (pattern == null) || flopsReduction != null)) {
        throw new IllegalArgumentException(
            "with prune.method Magnitude exactly one of prune.ratio and prune.pattern is needed:"
                + " zeros save no operations");
      }
      if (!single && pattern != null) {
        throw new IllegalArgumentException(
            "prune.pattern applies to method Magnitude only: remove it or set method: Magnitude");
      }
      if (pattern != null && !PATTERNS.contains(pattern)) {
        throw new IllegalArgumentException(
            "prune.pattern is " + pattern + ": give one of " + PATTERNS);
      }
    }

    /** Weights of a group that stay; 0 without a pattern. */
    @JsonIgnore
    public int keptOfGroup() {
      return pattern == null ? 0 : pattern.charAt(0) - '0';
    }

    /** Consecutive inputs of a group; 0 without a pattern. */
    @JsonIgnore
    public int group() {
      return pattern == null ? 0 : pattern.charAt(2) - '0';
    }

    /** {@code ratio} as a fraction of 1. */
    public double share() {
      return Share.parse("prune.ratio", ratio);
    }

    /** {@code flopsReduction} as a fraction of 1. */
    public double flopsShare() {
      return Share.parse("prune.flopsReduction", flopsReduction);
    }

    /** Whether what is left is fitted to what the original computes. */
    public boolean repairs() {
      return repair == null;
    }

    @Override
    public boolean needsCalibration() {
      return repairs() || method == PruningMethod.LAYER || importance == Importance.ACTIVATION;
    }
  }

  /**
   * Replacement of matrices by products of two thinner ones, where these are smaller and need fewer
   * operations. Needs calibration data.
   *
   * @param ratio share of the parameters to remove, for instance {@code 20%}; this or
   *     flopsReduction
   * @param flopsReduction share of the floating-point operations to remove
   * @param alignment number of which ranks are a multiple; 8 unless given
   * @param repair whether what is left is fitted to what the original computes on the calibration
   *     data; null stands for false
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Factorize(String ratio, String flopsReduction, Integer alignment, Boolean repair)
      implements Step {

    private static final int DEFAULT_ALIGNMENT = 8;

    public Factorize {
      if ((ratio == null) == (flopsReduction == null)) {
        throw new IllegalArgumentException(
            "exactly one of factorize.ratio and factorize.flopsReduction is needed: for example"
                + " flopsReduction: 20%");
      }
      Share.parse("factorize.ratio", ratio);
      Share.parse("factorize.flopsReduction", flopsReduction);
      alignment = alignment == null ? DEFAULT_ALIGNMENT : alignment;
      if (alignment < 1 || alignment > 1024) {
        throw new IllegalArgumentException(
            "factorize.alignment is " + alignment + ": give a number from 1 to 1024");
      }
      // One form for what means the same: equal recipes have equal content keys.
      repair = Boolean.TRUE.equals(repair) ? true : null;
    }

    /** {@code ratio} or {@code flopsReduction} as a fraction of 1. */
    public double share() {
      return ratio == null
          ? Share.parse("factorize.flopsReduction", flopsReduction)
          : Share.parse("factorize.ratio", ratio);
    }

    /** Whether the share is one of operations rather than of parameters. */
    public boolean byOperations() {
      return flopsReduction != null;
    }

    /** Whether what is left is fitted to what the original computes. */
    public boolean repairs() {
      return repair != null;
    }

    @Override
    public boolean needsCalibration() {
      return true;
    }
  }

  /**
   * Conversion to a floating-point type of 16 bits: with FP16 of weights and computation, with BF16
   * of the weights as they are stored.
   *
   * @param precision the type afterwards; required
   * @param keepInputsAndOutputs whether graph inputs and outputs stay FP32; true unless given,
   *     false with FP16 only
   */
  record Convert(FloatType precision, Boolean keepInputsAndOutputs) implements Step {

    public Convert {
      if (precision == null) {
        throw new IllegalArgumentException("convert.precision is missing: give FP16 or BF16");
      }
      keepInputsAndOutputs = keepInputsAndOutputs == null || keepInputsAndOutputs;
      if (precision == FloatType.BF16 && !keepInputsAndOutputs) {
        throw new IllegalArgumentException(
            "convert.keepInputsAndOutputs is false with precision BF16, which is for stored weights"
                + " only: remove it");
      }
    }

    @Override
    public Optional<Precision> resultingPrecision() {
      // BF16 weights are expanded when the model is loaded: every device runs that.
      return precision == FloatType.FP16 ? Optional.of(Precision.FP16) : Optional.empty();
    }
  }
}
