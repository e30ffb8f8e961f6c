package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelfleet.artifact.DeviceClass;
import dev.modelfleet.artifact.Precision;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** What computes. */
@ApiObject
@ValidationRule(
    value =
        """
        self.architecture != 'arm64' || !has(self.cpuFeatures) || \
        self.cpuFeatures.all(f, !f.startsWith('AVX') && !f.startsWith('SSE'))\
        """,
    message =
        """
        device.cpuFeatures lists AVX or SSE, which arm64 does not have: set architecture: amd64 or \
        remove them\
        """)
public record Device(
    @JsonProperty("class")
        @Required
        @JsonPropertyDescription("Kind of processor that executes the model: CPU or GPU.")
        DeviceClass deviceClass,
    @Size(min = 1, max = 63)
        @Pattern(Formats.DNS_LABEL)
        @JsonPropertyDescription(
            """
            Maker of the device, where it matters for the variant: targets of different vendors \
            share no variant. Example: nvidia\
            """)
        String vendor,
    @Required
        @JsonPropertyDescription(
            """
            CPU architecture of the nodes, as in their label kubernetes.io/arch: amd64 or \
            arm64.\
            """)
        Architecture architecture,
    @Size(min = 3, max = 253)
        @Pattern("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$")
        @JsonPropertyDescription(
            """
            Extended resource that a device plugin offers and of which each pod takes one. \
            Absent: none. Example: nvidia.com/gpu\
            """)
        String resourceName,
    @Required
        @Size(min = 1, max = 8)
        @JsonPropertyDescription(
            """
            Precisions that the device runs well: FP32, FP16, INT8, INT4. Recipes that end in another \
            are skipped. At least one. Example: [FP32, INT8]\
            """)
        List<Precision> precisions,
    @Size(min = 1, max = 128)
        @JsonPropertyDescription(
            """
            Instructions that all processors of the class have, named as node-feature-discovery \
            does in its labels feature.node.kubernetes.io/cpu-cpuid.NAME; what is not listed counts \
            as missing. On amd64 without AVX512VNNI and AVXVNNI, sums of 8-bit products saturate: \
            weights are stored so that they don't, and accuracy is measured as such a processor \
            computes. Absent: not known, taken to compute exactly. Example: [AVX2, FMA3]\
            """)
        List<@Size(min = 1, max = 32) @Pattern("^[A-Z][A-Z0-9_]*$") String> cpuFeatures) {

  public Device {
    precisions = Formats.copy(precisions);
    cpuFeatures = Formats.copy(cpuFeatures);
  }

  /** CPU architectures that the runtime image is built for. */
  public enum Architecture {
    /** x86-64. */
    @JsonProperty("amd64")
    AMD64("amd64"),
    /** 64-bit Arm. */
    @JsonProperty("arm64")
    ARM64("arm64");

    private final String label;

    Architecture(String label) {
      this.label = label;
    }

    /** Value of a node's label {@code kubernetes.io/arch}. */
    public String label() {
      return label;
    }
  }
}
