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
    value = "self.method == 'Magnitude' || has(self.ratio) != has(self.flopsReduction)",
    message =
        "exactly one of prune.ratio and prune.flopsReduction is needed: for example ratio: 50%")
@ValidationRule(
    value =
        """
        self.method != 'Magnitude' || (has(self.ratio) != has(self.pattern) && \
        !has(self.flopsReduction))\
        """,
    message =
        """
        with prune.method Magnitude exactly one of prune.ratio and prune.pattern is needed: zeros \
        save no operations\
        """)
@ValidationRule(
    value = "self.method == 'Magnitude' || !has(self.pattern)",
    message = "prune.pattern applies to method Magnitude only: remove it or set method: Magnitude")
@ValidationRule(
    value = "!has(self.pattern) || self.pattern in ['1:2', '1:4', '2:4', '4:8']",
    fieldPath = ".pattern",
    message = "pattern must be 1:2, 1:4, 2:4 or 4:8: for example pattern: '2:4'")
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
            that belongs to them, so that a smaller dense model is left), Layer (whole residual blocks, \
            those first whose output is most like their input; needs calibration data) or \
            Magnitude (single weights become zero, which makes the file smaller only where it is \
            compressed, and inference faster only on engines with sparse kernels).\
            """)
        PruningMethod method,
    @Size(max = 8)
        @Pattern(Formats.PART)
        @JsonPropertyDescription(
            """
            Share of the parameters to remove, above 0% and below 100%; this or flopsReduction. \
            With method Magnitude the share of the layers' weights that become zero; this or \
            pattern. Example: 50%\
            """)
        String ratio,
    @Size(max = 8)
        @Pattern(Formats.PART)
        @JsonPropertyDescription(
            """
            Share of the floating-point operations of one inference to remove, above 0% and below \
            100%; not with method Magnitude. Example: 50%\
            """)
        String flopsReduction,
    @Size(max = 3)
        @JsonPropertyDescription(
            """
            How many of so many consecutive inputs of an output keep their weights: 1:2, 1:4, 2:4 \
            (what TensorRT's sparse kernels take) or 4:8. With method Magnitude only, in place of \
            ratio.\
            """)
        String pattern,
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
