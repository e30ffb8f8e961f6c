package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** Replacement of matrices by products of two thinner ones. */
@ApiObject
@ValidationRule(
    value = "has(self.ratio) != has(self.flopsReduction)",
    message =
        """
        exactly one of factorize.ratio and factorize.flopsReduction is needed: for example \
        flopsReduction: 20%\
        """)
public record FactorizeStep(
    @Size(max = 8)
        @Pattern(Formats.PART)
        @JsonPropertyDescription(
            """
            Share of the parameters to remove, above 0% and below 100%; this or flopsReduction. \
            Example: 20%\
            """)
        String ratio,
    @Size(max = 8)
        @Pattern(Formats.PART)
        @JsonPropertyDescription(
            """
            Share of the floating-point operations of one inference to remove, above 0% and below \
            100%. Example: 20%\
            """)
        String flopsReduction,
    @Min(1)
        @Max(1024)
        @JsonPropertyDescription(
            """
            Number of which ranks are a multiple, from 1 to 1024: the width of the device's vector \
            units. 8 unless given.\
            """)
        Integer alignment,
    @Default("false")
        @JsonPropertyDescription(
            """
            Whether what is left is fitted to what the original computes on the calibration data, \
            layer after layer, which pays where there are hundreds of samples.\
            """)
        Boolean repair) {}
