package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelfleet.artifact.Importance;
import dev.modelfleet.artifact.PruningMethod;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** Removal of what matters least. */
@ApiObject
@ValidationRule(
    value = "has(self.ratio) != has(self.flopsReduction)",
    message =
        "exactly one of prune.ratio and prune.flopsReduction is needed: for example ratio: 50%")
@ValidationRule(
    value = "self.method == 'Channel' || (!has(self.alignment) && !has(self.importance))",
    message =
        """
        prune.alignment and prune.importance apply to method Channel only: remove them or set \
        method: Channel\
        """)
public record PruneStep(
    @Required
        @JsonPropertyDescription(
            """
            What is removed: Channel (whole channels, attention heads and hidden units with all \
            that belongs to them, so that a smaller dense model is left) or Layer (whole residual blocks, \
            those first whose output is most like their input; needs calibration data).\
            """)
        PruningMethod method,
    @Size(max = 8)
        @Pattern(Formats.PART)
        @JsonPropertyDescription(
            """
            Share of the parameters to remove, above 0% and below 100%; this or flopsReduction. \
            Example: 50%\
            """)
        String ratio,
    @Size(max = 8)
        @Pattern(Formats.PART)
        @JsonPropertyDescription(
            """
            Share of the floating-point operations of one inference to remove, above 0% and below \
            100%. Example: 50%\
            """)
        String flopsReduction,
    @Min(1)
        @Max(1024)
        @JsonPropertyDescription(
            """
            Number of which the channels left in each layer are a multiple, from 1 to 1024: the \
            width of the device's vector units, as other counts can be slower than more channels. \
            With method Channel only; 8 unless given.\
            """)
        Integer alignment,
    @JsonPropertyDescription(
            """
            How what matters least is found: L1 or L2 (norm of the weights) or Activation (weights \
            together with the activations that they multiply; needs calibration data). With method \
            Channel only; Activation unless given.\
            """)
        Importance importance,
    @Default("true")
        @JsonPropertyDescription(
            """
            Whether what is left is fitted to what the original computes on the calibration data, \
            layer after layer. Without it most models need training afterwards.\
            """)
        Boolean repair) {}
