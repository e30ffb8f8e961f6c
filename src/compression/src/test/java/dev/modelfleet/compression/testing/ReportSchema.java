package dev.modelfleet.compression.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.modelfleet.artifact.ProofReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The published schema of {@code report.json}. */
public final class ReportSchema {

  private static final JsonSchema SCHEMA =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
          .getSchema(ProofReport.class.getResourceAsStream("proof-report.schema.json"));

  private ReportSchema() {}

  /** Fails where a report does not hold the schema. */
  public static void check(Path report) {
    try {
      assertThat(SCHEMA.validate(Files.readString(report), InputFormat.JSON)).isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
