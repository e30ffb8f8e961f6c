package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelfleet.artifact.LayerFormat;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;

/** Limits within which each layer gets the format that serves the whole best. */
@ApiObject
@ValidationRule(
    value = "has(self.maxModelSize) || has(self.maxAccuracyDrop) || has(self.maxRelativeLatency)",
    message =
        """
        mixedPrecision needs a limit to work towards: add maxModelSize, maxAccuracyDrop or \
        maxRelativeLatency\
        """)
public record MixedPrecisionLimits(
    @ValidationRule(
            value = Formats.POSITIVE_QUANTITY,
            message =
                "maxModelSize must be a quantity of bytes above zero: for example 15M or 14Mi")
        @JsonPropertyDescription(
            """
            Largest model; the error of its result is then the smallest that fits. Where it and \
            maxRelativeLatency are absent, the smallest model within maxAccuracyDrop is made. With \
            scheme NonUniform, which takes this limit only, each layer gets 2 to 8 bits. \
            Example: 15M\
            """)
        Quantity maxModelSize,
    @Size(max = 16)
        @Pattern(Formats.PERCENT)
        @JsonPropertyDescription(
            """
            Largest loss of accuracy on the calibration data, measured without labels: agreement \
            stands in for TopKAccuracy. The gate maxAccuracyDrop judges the result on the \
            evaluation data as well. Example: 0.5%\
            """)
        String maxAccuracyDrop,
    @Size(max = 16)
        @Pattern(Formats.PERCENT)
        @JsonPropertyDescription(
            """
            Largest sum of the layers' latencies relative to the original's, each layer measured \
            alone on the builder. Builds that are repeated may then choose otherwise, because \
            times are never quite the same. Example: 70%\
            """)
        String maxRelativeLatency,
    @Size(max = 8)
        @JsonPropertyDescription(
            """
            What layers may become: FP32, FP16Weights or BF16Weights (stored so, computed in \
            FP32), INT8 (by the step's scheme), INT8Weights (stored as 8-bit integers, computed in \
            FP32), INT4Weights (blocks of 32 in 4 bits; the target's precisions must list INT4). Unless given FP32, \
            FP16Weights and INT8, with maxRelativeLatency INT8Weights too.\
            """)
        List<LayerFormat> formats) {

  public MixedPrecisionLimits {
    formats = Formats.copy(formats);
  }
}
