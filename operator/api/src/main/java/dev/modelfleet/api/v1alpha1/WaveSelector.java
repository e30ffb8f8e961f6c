package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Map;

/** Units by their labels. */
@ApiObject
@ValidationRule(
    value =
        "(has(self.nodes) && self.nodes.size() > 0) || (has(self.clusters) && self.clusters.size() > 0)",
    message =
        "a wave's selector needs labels of nodes, of clusters or both: for example nodes: {site: lab}")
public record WaveSelector(
    @Size(max = 16)
        @JsonPropertyDescription(
            """
            Labels that a node of this cluster must have, all of them. At most 16. Example: site: \
            lab\
            """)
        Map<
                String,
                @Size(max = 63) @Pattern("^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$") String>
            nodes,
    @Size(max = 16)
        @JsonPropertyDescription(
            """
            Labels that an EdgeCluster must have, all of them. At most 16. Example: region: north\
            """)
        Map<
                String,
                @Size(max = 63) @Pattern("^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$") String>
            clusters) {

  public WaveSelector {
    nodes = Formats.copy(nodes);
    clusters = Formats.copy(clusters);
  }
}
