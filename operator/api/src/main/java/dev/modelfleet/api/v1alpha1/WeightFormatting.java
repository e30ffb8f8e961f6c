package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelfleet.artifact.Precision;
import dev.modelfleet.artifact.WeightRounding;
import io.fabric8.generator.annotation.ValidationRule;

/** How a quantize step stores weights. */
@ApiObject
@ValidationRule(
    value = "!has(self.bits) || (self.bits >= 2 && self.bits <= 8)",
    fieldPath = ".bits",
    message = "bits must be 4 or 8, with scheme NonUniform 2 to 8: for example bits: 4")
@ValidationRule(
    value = "!has(self.blockSize) || self.blockSize in [16, 32, 64, 128, 256]",
    fieldPath = ".blockSize",
    message = "blockSize must be 16, 32, 64, 128 or 256: for example blockSize: 32")
@ValidationRule(
    value = "!has(self.computation) || self.computation in ['FP32', 'INT8']",
    fieldPath = ".computation",
    message = "computation must be FP32 or INT8: for example computation: INT8")
public record WeightFormatting(
    @JsonPropertyDescription(
            """
            Bits of a weight: 8 or, with granularity PerBlock only, 4. 8 unless given. Weights of 4 \
            bits are for devices whose precisions list INT4. With scheme NonUniform bits of an \
            index, from 2 to 8, 4 unless given, for every device.\
            """)
        Integer bits,
    @JsonPropertyDescription(
            """
            Weights of an output channel that share a scale, with granularity PerBlock only: 16, \
            32, 64, 128 or 256. Small blocks keep more accuracy, large ones make smaller files. \
            32 unless given.\
            """)
        Integer blockSize,
    @JsonPropertyDescription(
            """
            Whether the zero point is fixed in the middle of the range, so that none is stored, \
            with granularity PerBlock only. false unless given.\
            """)
        Boolean symmetric,
    @JsonPropertyDescription(
            """
            How weights are rounded: Nearest; with granularity PerBlock only HQQ (scale and zero \
            point of each block are optimized, without data); with it or scheme NonUniform GPTQ \
            (the error of each weight is made good by others, from calibration data). Nearest \
            unless given.\
            """)
        WeightRounding rounding,
    @JsonPropertyDescription(
            """
            What products are computed in, with granularity PerBlock only: FP32, or INT8, which \
            rounds activations to 8 bits in blocks at run time: faster where the processor has \
            integer dot products, a little less accurate. FP32 unless given.\
            """)
        Precision computation) {}
