package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;

/** The class of device that a variant is built for, as its HardwareTarget was then. */
@ApiObject
@RecordBuilder
public record VariantTarget(
    @Required
        @Size(min = 1, max = 253)
        @Pattern(Formats.DNS_SUBDOMAIN)
        @JsonPropertyDescription("Name of the HardwareTarget on whose nodes it is proven.")
        String hardwareTarget,
    @Required @JsonPropertyDescription("What computes there.") Device device,
    @Required @JsonPropertyDescription("What executes the model there.") Engine engine,
    @Size(max = 32)
        @JsonPropertyDescription("Labels of the nodes on which the probe may run. At most 32.")
        Map<String, @Size(max = 63) String> nodeSelector,
    @Size(max = 32) @JsonPropertyDescription("Taints that the probe accepts. At most 32.")
        List<NodeToleration> tolerations,
    @JsonPropertyDescription(
            """
            Whether its pods run in member clusters: where the hub has no node of the class, the \
            probe is left out, and each pod's golden self-test on its own device is the proof there.\
            """)
        Boolean members) {

  public VariantTarget {
    nodeSelector = Formats.copy(nodeSelector);
    tolerations = Formats.copy(tolerations);
  }
}
