package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import java.util.Map;

/** Which nodes, and how pods are put on them. */
@ApiObject
public record Placement(
    @Required
        @JsonPropertyDescription(
            """
            Replicas: a number of pods, given by each ModelDeployment, behind one Service. \
            PerNode: one pod on every matching node, which serves that node.\
            """)
        Mode mode,
    @Size(max = 32)
        @JsonPropertyDescription(
            """
            Labels that a node must have, all of them. At most 32. Absent: every node of the \
            architecture. Example: node.kubernetes.io/instance-type: k3s\
            """)
        Map<
                String,
                @Size(max = 63) @Pattern("^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$") String>
            nodeSelector,
    @Size(max = 32) @JsonPropertyDescription("Taints of those nodes that pods accept. At most 32.")
        List<NodeToleration> tolerations,
    @Size(min = 1, max = 32)
        @JsonPropertyDescription(
            """
            Labels that an EdgeCluster must have, all of them. Given: pods run on the nodes of \
            those member clusters, and none in the hub. Absent: in the hub only. At most 32. \
            Example: region: north\
            """)
        Map<
                String,
                @Size(max = 63) @Pattern("^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$") String>
            clusterSelector) {

  public Placement {
    clusterSelector = Formats.copy(clusterSelector);
    nodeSelector = Formats.copy(nodeSelector);
    tolerations = Formats.copy(tolerations);
  }

  /** How pods are put on nodes. */
  public enum Mode {
    /** A number of pods behind one Service. */
    @JsonProperty("Replicas")
    REPLICAS,
    /** One pod on every node. */
    @JsonProperty("PerNode")
    PER_NODE
  }
}
