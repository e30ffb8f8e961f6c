package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** How requests from outside reach a target, by an HTTPRoute of the Gateway API. */
@ApiObject
public record TargetRoute(
    @Required
        @Size(min = 1, max = 8)
        @JsonPropertyDescription("The Gateways that requests come in by. 1 to 8.")
        List<RouteParent> gateways,
    @Size(max = 16)
        @JsonPropertyDescription(
            """
            Host names that requests are for, perhaps with *. in front. At most 16. Absent: those \
            of the Gateways' listeners. Example: digits.example.com\
            """)
        List<
                @Size(min = 1, max = 253)
                @Pattern(
                    "^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
                String>
            hostnames) {

  public TargetRoute {
    gateways = Formats.copy(gateways);
    hostnames = Formats.copy(hostnames);
  }
}
