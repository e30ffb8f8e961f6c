package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.BuildRequest;
import dev.modelfleet.artifact.Source;
import dev.modelfleet.compression.LoadLimits;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.runtime.PhaseLog;
import dev.modelfleet.runtime.source.FetchedFiles;
import dev.modelfleet.runtime.source.SourceFetcher;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a build works on, fetched and checked.
 *
 * @param source of the model, with the digest of what was fetched
 * @param model the original
 * @param calibration for static quantization
 * @param evaluation for the accuracy gate
 */
record BuildInputs(
    Source source, OnnxModel model, Optional<Dataset> calibration, Optional<Dataset> evaluation)
    implements AutoCloseable {

  /** Fetches model and data sets below a directory and checks that they fit together. */
  static BuildInputs fetch(
      BuildRequest request, SourceFetcher fetcher, Path directory, PhaseLog log) {
    FetchedFiles model =
        log.phase(
            "fetch the model " + request.model().uri(),
            () -> fetcher.fetch("model", request.model(), directory.resolve("model")));
    OnnxModel original =
        log.phase("read the model", () -> OnnxModel.load(model.model(), LoadLimits.DEFAULT));
    Optional<Dataset> calibration =
        Optional.ofNullable(request.calibration())
            .map(source -> dataset("calibration", source, fetcher, directory, log));
    Optional<Dataset> evaluation =
        Optional.ofNullable(request.evaluation())
            .map(e -> dataset("evaluation", e.dataset(), fetcher, directory, log));
    BuildInputs inputs = new BuildInputs(model.source(), original, calibration, evaluation);
    calibration.ifPresent(data -> data.checkAgainst(original));
    evaluation.ifPresent(data -> data.checkAgainst(original));
    return inputs;
  }

  private static Dataset dataset(
      String role, Source source, SourceFetcher fetcher, Path directory, PhaseLog log) {
    return log.phase(
        "fetch the " + role + " set " + source.uri(),
        () ->
            Dataset.open(
                fetcher.fetch(role + ".dataset", source, directory.resolve(role)).dataset()));
  }

  @Override
  public void close() {
    calibration.ifPresent(Dataset::close);
    evaluation.ifPresent(Dataset::close);
  }
}
