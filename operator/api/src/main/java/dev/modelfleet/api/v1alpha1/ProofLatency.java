package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Latency of one inference at batch 1 over the golden inputs. */
@ApiObject
public record ProofLatency(
    @Required @Size(max = 32) @JsonPropertyDescription("Median. Example: 1.7ms") String p50,
    @Required @Size(max = 32) @JsonPropertyDescription("99th percentile. Example: 2.4ms")
        String p99,
    @Size(max = 253)
        @JsonPropertyDescription("Node on which it was measured; absent for the builder.")
        String node) {}
