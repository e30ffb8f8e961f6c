package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.BuildRequest;
import dev.modelfleet.artifact.BuilderVersion;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.ProofReport;
import dev.modelfleet.artifact.StepNote;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.report.HtmlReport;
import dev.modelfleet.compression.runtime.Golden;
import dev.modelfleet.compression.saturation.SaturatedModel;
import dev.modelfleet.runtime.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Puts beside an accepted model what proves and describes it. Everything written is a function of
 * the request, the inputs and the builder's processor: times are left out, so that a build that is
 * repeated gives the same digest and nothing that serves it restarts. Builder latencies are in the
 * build's result.
 */
final class VariantFiles {

  private static final String GOLDEN_FILE = "golden.npz";

  private final BuildRequest request;
  private final BuildInputs inputs;
  private final Candidate accepted;

  VariantFiles(BuildRequest request, BuildInputs inputs, Candidate accepted) {
    this.request = request;
    this.inputs = inputs;
    this.accepted = accepted;
  }

  /** Writes golden inputs, manifest and reports into the model's directory. */
  void write(GoldenSource golden, List<Trial> trials) {
    int samples =
        Golden.create(
            SaturatedModel.on(request.target(), accepted.model()),
            golden.data(),
            GoldenSource.SAMPLES,
            request.seed(),
            path(GOLDEN_FILE));
    ProofReport report = report(trials);
    write(VariantManifest.FILE, ContractJson.writePretty(manifest(samples)));
    write(VariantManifest.REPORT_FILE, ContractJson.writePretty(report));
    write(VariantManifest.HTML_REPORT_FILE, HtmlReport.render(request.name(), report));
  }

  private VariantManifest manifest(int samples) {
    return new VariantManifest(
        VariantManifest.SCHEMA_VERSION,
        request.key(),
        request.name(),
        accepted.trial().recipe(),
        VariantManifest.ONNX_FILE,
        request.target(),
        inputs.source(),
        accepted.model().inputs(),
        accepted.model().outputs(),
        new VariantManifest.Golden(
            GOLDEN_FILE, samples, GoldenSource.minCosine(accepted.precision())));
  }

  private ProofReport report(List<Trial> trials) {
    return new ProofReport(
        ProofReport.SCHEMA_VERSION,
        request.key(),
        BuilderVersion.CURRENT,
        inputs.source(),
        inputs.model().sizeBytes(),
        null,
        request.target(),
        request.gates(),
        accepted.trial().recipe(),
        trials.stream().map(VariantFiles::withoutTimes).toList(),
        Host.describe());
  }

  private static Trial withoutTimes(Trial t) {
    List<StepNote> steps =
        t.steps().stream().map(note -> new StepNote(note.step(), note.message(), 0)).toList();
    return new Trial(
        t.recipe(),
        t.outcome(),
        t.reason(),
        t.message(),
        t.size(),
        t.accuracy(),
        null,
        steps,
        t.layers(),
        t.warnings());
  }

  private void write(String name, String text) {
    try {
      Files.writeString(path(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + name + ": " + e.getMessage(), e);
    }
  }

  private Path path(String name) {
    return accepted.directory().resolve(name);
  }
}
