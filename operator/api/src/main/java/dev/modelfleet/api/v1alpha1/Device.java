package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelfleet.artifact.DeviceClass;
import dev.modelfleet.artifact.Precision;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** What computes. */
@ApiObject
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
        List<Precision> precisions) {

  public Device {
    precisions = Formats.copy(precisions);
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
