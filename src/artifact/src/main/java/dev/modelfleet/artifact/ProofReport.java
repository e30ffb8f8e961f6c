package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * The proof of a variant: {@code report.json} in its artifact, and what the command line writes.
 * Device measurements are not in it; they are in the ModelVariant's status. {@code
 * proof-report.schema.json} beside this class is its JSON schema.
 *
 * @param schemaVersion {@value #SCHEMA_VERSION}
 * @param key content key; null where none was built for
 * @param builderVersion {@link BuilderVersion#CURRENT} of the builder
 * @param source the original with its digest
 * @param sourceSize bytes of the original with its external data
 * @param originalLatency of the original on the builder
 * @param target class of device; null where none was named
 * @param gates what had to hold
 * @param recipe name of the accepted recipe; null where none was
 * @param trials every recipe in the order tried
 * @param builder CPU model, threads and operating system of the builder
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ProofReport(
    String schemaVersion,
    String key,
    String builderVersion,
    Source source,
    long sourceSize,
    Latency originalLatency,
    TargetProfile target,
    Gates gates,
    String recipe,
    List<Trial> trials,
    String builder) {

  /** Version of the report's schema. */
  public static final String SCHEMA_VERSION = "modelfleet.dev/proof-report/v1";

  public ProofReport {
    trials = List.copyOf(trials);
  }
}
