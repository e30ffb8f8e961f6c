package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.ProofReport;
import dev.modelfleet.artifact.Source;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.TrialOutcome;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.runtime.serve.http.HttpLimits;
import dev.modelfleet.runtime.serve.model.ServingOptions;
import dev.modelfleet.runtime.serve.model.SingleVariant;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees at {@code /}. */
class StatusPageTest {

  private static final String NAME = "<script>alert(1)</script>";

  @TempDir private Path directory;

  @Test
  void thePageShowsModelProofAndFiguresAndEscapesThem() throws Exception {
    TestVariant.addSubWithGolden(directory, 2, 3, 4, 5);
    ProofReport report =
        new ProofReport(
            ProofReport.SCHEMA_VERSION,
            "key",
            "1",
            new Source("oci://registry/models/<b>sums</b>:1", null),
            4 << 20,
            null,
            null,
            null,
            "recipe",
            List.of(
                trial("other", TrialOutcome.REJECTED, 3 << 20),
                trial("recipe", TrialOutcome.ACCEPTED, 1 << 20)),
            "a builder");
    Files.writeString(
        directory.resolve(VariantManifest.REPORT_FILE), ContractJson.writePretty(report));
    try (TestServer server = start()) {
      HttpResponse<String> page = server.get("/");
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
      assertThat(page.body())
          .doesNotContain("<script", "<b>sums")
          .contains("&lt;script&gt;alert(1)&lt;/script&gt;, version 1")
          .contains("oci://registry/models/&lt;b&gt;sums&lt;/b&gt;:1")
          .contains("<td>1.0 MiB, original 4.0 MiB</td>")
          .contains("<td>accuracy 0.9900, original 1.0000: 1% lost, 100 samples</td>")
          .contains("golden inputs agree: 1 samples")
          .contains("<tr><th>execution provider</th><td>CPU</td></tr>")
          .contains("<tr><th>answered</th><td>0</td></tr>");
      assertThat(server.post("/", "").statusCode()).isEqualTo(405);
    }
  }

  private static Trial trial(String recipe, TrialOutcome outcome, long size) {
    Accuracy accuracy = new Accuracy(MetricType.TOP_K_ACCURACY, 1, 0.99, 0.01, 100);
    return new Trial(recipe, outcome, null, null, size, accuracy, null, List.of());
  }

  @Test
  void aModelThatDoesNotServeShowsWhy() throws Exception {
    TestVariant.addSubWithGolden(directory, 5, -4, 3, -2);
    try (TestServer server = start()) {
      assertThat(server.get("/").body()).contains("not ready: ", "golden inputs disagree");
    }
  }

  @Test
  void aVariantWithoutOrWithABrokenReportSaysSo() throws Exception {
    TestVariant.addSubWithGolden(directory, 2, 3, 4, 5);
    try (TestServer server = start()) {
      assertThat(server.get("/").body()).contains("none: the variant comes without report.json");
      Files.writeString(directory.resolve(VariantManifest.REPORT_FILE), "{");
      assertThat(server.get("/").body()).contains("report.json can't be read");
    }
  }

  private TestServer start() throws Exception {
    ServingOptions options = new ServingOptions(TestServer.ENGINE, 1, 8);
    return TestServer.start(new SingleVariant(NAME, directory, options), false, HttpLimits.DEFAULT);
  }
}
