package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** What one member cluster is to run of one ModelDeployment: always the newest only. */
@ApiObject
public record EdgeDeploymentSpec(
    @Required
        @Size(min = 1, max = 253)
        @Pattern(Formats.DNS_SUBDOMAIN)
        @JsonPropertyDescription("Name of the EdgeCluster.")
        String cluster,
    @Required @JsonPropertyDescription("The ModelDeployment.") DeploymentReference deployment,
    @Required @JsonPropertyDescription("What is to be served.") EdgeRevision update,
    @JsonPropertyDescription(
            """
            What served well there before, and is served again where update fails. Absent before \
            the first.\
            """)
        EdgeRevision stable) {

  /** Names a ModelDeployment of the hub. */
  @ApiObject
  public record DeploymentReference(
      @Required
          @Size(min = 1, max = 63)
          @Pattern(Formats.DNS_LABEL)
          @JsonPropertyDescription("Its namespace in the hub.")
          String namespace,
      @Required
          @Size(min = 1, max = 253)
          @Pattern(Formats.DNS_SUBDOMAIN)
          @JsonPropertyDescription("Its name.")
          String name,
      @Required
          @Size(min = 1, max = 64)
          @JsonPropertyDescription(
              "Its metadata.uid: a later one of the same name is another ModelDeployment.")
          String uid) {}
}
