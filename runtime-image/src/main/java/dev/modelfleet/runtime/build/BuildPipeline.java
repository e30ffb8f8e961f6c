package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.BuildOutcome;
import dev.modelfleet.artifact.BuildRequest;
import dev.modelfleet.artifact.BuildResult;
import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.PublishedArtifact;
import dev.modelfleet.compression.report.Figures;
import dev.modelfleet.runtime.PhaseLog;
import dev.modelfleet.runtime.oci.RegistryClient;
import dev.modelfleet.runtime.oci.UnpackLimits;
import dev.modelfleet.runtime.remote.RemoteHttp;
import dev.modelfleet.runtime.source.SourceFetcher;
import java.nio.file.Path;
import java.util.Optional;

/** A build from the request to the published variant. */
final class BuildPipeline {

  private final BuildRequest request;
  private final RemoteHttp http;
  private final Path work;
  private final PhaseLog log;
  private final VariantRegistry registry;

  /**
   * A build.
   *
   * @param request checked by {@link RequestCheck}
   * @param http reaches sources and registry
   * @param work an empty directory
   * @param log where phases are told
   */
  BuildPipeline(BuildRequest request, RemoteHttp http, Path work, PhaseLog log) {
    this.request = request;
    this.http = http;
    this.work = work;
    this.log = log;
    this.registry = new VariantRegistry(new RegistryClient(http), request, log);
  }

  /** Builds, proves and publishes, unless an equal request did it before. */
  BuildResult run() {
    Optional<BuildResult> published =
        log.phase("look for a finished build", () -> registry.findPublished(dir("published")));
    if (published.isPresent()) {
      return published.get();
    }
    log.phase("ask whether the registry takes the result", registry::checkPush);
    SourceFetcher fetcher = new SourceFetcher(http, UnpackLimits.DEFAULT);
    try (BuildInputs inputs = BuildInputs.fetch(request, fetcher, dir("inputs"), log)) {
      return prove(inputs);
    }
  }

  private BuildResult prove(BuildInputs inputs) {
    GoldenSource golden = GoldenSource.of(inputs, request.seed(), work);
    try (Measurements measurements =
        log.phase("run the original", () -> Measurements.of(request, inputs, golden))) {
      Latency original =
          log.phase("original: measure latency", () -> measurements.latency(inputs.model()));
      TrialJournal journal =
          new TrialJournal(new RegistryClient(http), request, dir("journal"), log);
      RecipeLadder ladder =
          new RecipeLadder(request, inputs, measurements, dir("trials"), journal, log);
      return ladder
          .climb()
          .map(accepted -> publish(inputs, golden, original, ladder, accepted))
          .orElseGet(() -> rejected(inputs, original, ladder));
    }
  }

  private BuildResult publish(
      BuildInputs inputs,
      GoldenSource golden,
      Latency original,
      RecipeLadder ladder,
      Candidate accepted) {
    VariantFiles files = new VariantFiles(request, inputs, accepted);
    log.phase("write golden inputs and reports", () -> files.write(golden, ladder.trials()));
    PublishedArtifact artifact =
        log.phase(
            "publish",
            () -> registry.publish(accepted, inputs.source().digest(), work.resolve("layer.tar")));
    return new BuildResult(
        BuildOutcome.PUBLISHED,
        null,
        accepted.trial().recipe() + " passed: " + Figures.summary(accepted.trial()),
        artifact,
        accepted.trial().recipe(),
        inputs.model().sizeBytes(),
        original,
        ladder.trials(),
        false);
  }

  private BuildResult rejected(BuildInputs inputs, Latency original, RecipeLadder ladder) {
    return new BuildResult(
        BuildOutcome.REJECTED,
        null,
        ladder.summary(),
        null,
        null,
        inputs.model().sizeBytes(),
        original,
        ladder.trials(),
        false);
  }

  private Path dir(String name) {
    return work.resolve(name);
  }
}
