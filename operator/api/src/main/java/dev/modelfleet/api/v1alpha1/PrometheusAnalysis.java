package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** Queries to a server with Prometheus' HTTP API, and what their values must be. */
@ApiObject
public record PrometheusAnalysis(
    @Required
        @Size(min = 8, max = 512)
        @Pattern("^https?://[^\\s/?#@]+(/[^\\s?#]*)?$")
        @JsonPropertyDescription(
            """
            Where the server is as the operator reaches it: http or https, host, port and, where \
            it has one, the path before /api/v1. Example: http://prometheus.monitoring:9090\
            """)
        String address,
    @JsonPropertyDescription(
            """
            Entry of a Secret in the ModelDeployment's namespace whose content is sent as bearer \
            token. Absent: requests are anonymous.\
            """)
        BearerTokenReference bearerTokenSecretRef,
    @Required
        @Size(min = 1, max = 10)
        @JsonPropertyDescription("What is asked. 1 to 10, with unique names.")
        List<PrometheusQuery> queries) {

  public PrometheusAnalysis {
    queries = Formats.copy(queries);
  }
}
