package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelfleet.artifact.ActivationType;
import dev.modelfleet.artifact.CalibrationMethod;
import dev.modelfleet.artifact.Granularity;
import dev.modelfleet.artifact.QuantizationScheme;
import dev.modelfleet.artifact.WeightRange;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** Quantization of weights and, by scheme, of activations. */
@ApiObject
@ValidationRule(
    value = "self.granularity != 'PerBlock' || self.scheme == 'WeightOnly'",
    message =
        """
        quantize.granularity PerBlock is for scheme WeightOnly only: set granularity: PerChannel \
        or scheme: WeightOnly\
        """)
@ValidationRule(
    value =
        """
        self.granularity == 'PerBlock' || self.scheme == 'NonUniform' || !has(self.weights) || !(has(self.weights.blockSize) || \
        has(self.weights.symmetric) || has(self.weights.computation) || \
        (has(self.weights.bits) && self.weights.bits != 8) || \
        (has(self.weights.rounding) && self.weights.rounding != 'Nearest'))\
        """,
    message =
        """
        quantize.weights sets 4 bits, blockSize, symmetric, rounding or computation, which blocks \
        of weights have only: set scheme: WeightOnly and granularity: PerBlock, or remove them\
        """)
@ValidationRule(
    value =
        """
        self.scheme != 'NonUniform' || !has(self.weights) || !(has(self.weights.blockSize) || \
        has(self.weights.symmetric) || has(self.weights.computation) || \
        (has(self.weights.rounding) && self.weights.rounding == 'HQQ'))\
        """,
    message =
        """
        quantize.weights sets blockSize, symmetric, computation or rounding HQQ, which scheme \
        NonUniform has not: remove them, or set scheme: WeightOnly and granularity: PerBlock\
        """)
@ValidationRule(
    value =
        """
        self.scheme == 'NonUniform' || !has(self.weights) || !has(self.weights.bits) || \
        self.weights.bits in [4, 8]\
        """,
    message = "weights.bits must be 4 or 8, other numbers are for scheme NonUniform: set bits: 4")
@ValidationRule(
    value =
        """
        self.scheme != 'NonUniform' || !has(self.mixedPrecision) || \
        (has(self.mixedPrecision.maxModelSize) && !has(self.mixedPrecision.maxAccuracyDrop) && \
        !has(self.mixedPrecision.maxRelativeLatency) && !has(self.mixedPrecision.formats))\
        """,
    message =
        """
        with scheme NonUniform quantize.mixedPrecision takes maxModelSize and nothing else: it \
        chooses the bits of each layer\
        """)
@ValidationRule(
    value = "self.scheme == 'Static' || (!has(self.activations) && !has(self.calibration))",
    message =
        """
        quantize.activations and quantize.calibration apply to scheme Static only: remove them or \
        set scheme: Static\
        """)
@ValidationRule(
    value =
        """
        self.scheme == 'Static' || !((has(self.equalization) && self.equalization) || \
        (has(self.biasCorrection) && self.biasCorrection))\
        """,
    message =
        """
        quantize.equalization and quantize.biasCorrection apply to scheme Static only: remove them \
        or set scheme: Static\
        """)
@ValidationRule(
    value =
        """
        !has(self.activations) || self.activations != 'UInt16' || !has(self.calibration) || \
        !(self.calibration in ['MeanSquaredError', 'Entropy'])\
        """,
    message =
        """
        quantize.calibration MeanSquaredError and Entropy weigh steps of 8 bits: with activations \
        UInt16 set MinMax, MovingAverage or Percentile\
        """)
@ValidationRule(
    value = "self.scheme in ['Dynamic', 'Static'] || !has(self.smoothing) || !self.smoothing",
    message =
        """
        quantize.smoothing applies to schemes Dynamic and Static only: remove it or set another \
        scheme\
        """)
@ValidationRule(
    value =
        """
        !has(self.weightRange) || (self.scheme in ['Dynamic', 'Static'] && (self.weightRange != 'Unsigned' || \
        !has(self.activations) || self.activations != 'Int8'))\
        """,
    message =
        """
        quantize.weightRange is for schemes Dynamic and Static only, and \
        Unsigned not for activations Int8: remove it\
        """)
public record QuantizeStep(
    @Required
        @JsonPropertyDescription(
            """
            How activations are treated: Dynamic (scales are computed for each request), Static \
            (scales are fixed from calibration data, QDQ form), WeightOnly (weights are stored \
            as integers and expanded before use) or NonUniform (weights are stored as indices into \
            codebooks, which are looked up when the model is loaded: a small file, no faster).\
            """)
        QuantizationScheme scheme,
    @Default("PerChannel")
        @JsonPropertyDescription(
            """
            How many weights share one scale: PerTensor (all of a tensor), PerChannel (those of \
            one output channel) or, with scheme WeightOnly only, PerBlock (blockSize of one \
            output channel). With scheme NonUniform those that share a codebook.\
            """)
        Granularity granularity,
    @JsonPropertyDescription(
            """
            Integer type of activations, with scheme Static only: UInt8 (fastest on CPUs), Int8 \
            (symmetric, as TensorRT requires) or UInt16 (accurate, not faster: ONNX Runtime's CPU \
            provider computes with 16 bits in FP32). UInt8 unless given; targets with the execution \
            provider CUDA get Int8 whatever is given.\
            """)
        ActivationType activations,
    @JsonPropertyDescription(
            """
            How activation ranges are chosen from calibration data, with scheme Static only: \
            MinMax (smallest and largest value seen), MovingAverage (their moving averages over \
            samples), Percentile (all but the rarest 0.001 % at each end), MeanSquaredError \
            (smallest squared error of rounding and clipping) or Entropy (least information \
            lost). MinMax unless given.\
            """)
        CalibrationMethod calibration,
    @Size(max = 64)
        @JsonPropertyDescription(
            """
            ONNX operator types to quantize, at most 64; those that pay on the engine unless \
            given. Example: [MatMul, Gemm, Conv]\
            """)
        List<@Size(min = 1, max = 64) @Pattern("^[A-Za-z][A-Za-z0-9]*$") String> operators,
    @JsonPropertyDescription(
            """
            Whether outlier channels of activations are moved into the weights before \
            quantization, which keeps more accuracy in transformers; needs calibration data; with \
            schemes Dynamic and Static only. false unless given.\
            """)
        Boolean smoothing,
    @JsonPropertyDescription(
            """
            Whether the ranges of weights are evened out between convolutions or Gemms that follow \
            each other, without data, which helps granularity PerTensor most; with scheme Static \
            only. false unless given.\
            """)
        Boolean equalization,
    @JsonPropertyDescription(
            """
            Whether the mean error of each output channel on the calibration data is taken back in \
            its bias, one layer after another; with scheme Static only. false unless given.\
            """)
        Boolean biasCorrection,
    @JsonPropertyDescription(
            "How weights are stored; 8 bits unless given, with scheme NonUniform 4.")
        WeightFormatting weights,
    @JsonPropertyDescription(
            """
            Gives each layer a format of its own within limits, chosen by measuring each layer; \
            needs calibration data. Absent: all layers are treated alike.\
            """)
        MixedPrecisionLimits mixedPrecision,
    @JsonPropertyDescription(
            """
            Which integers stand for weights that are multiplied with 8-bit activations, with \
            schemes Dynamic and Static only: Full (-127 to 127), Reduced (-64 to 64, for x86 CPUs \
            without VNNI, where sums of larger products saturate) or Unsigned (0 to 255 around \
            128, exact on every CPU, slower than Reduced on those). Unless given, Unsigned for the \
            layers that would saturate on a target whose device.cpuFeatures lack VNNI, else Full.\
            """)
        WeightRange weightRange) {

  public QuantizeStep {
    operators = Formats.copy(operators);
  }
}
