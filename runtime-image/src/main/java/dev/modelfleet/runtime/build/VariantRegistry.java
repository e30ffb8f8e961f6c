package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.BuildOutcome;
import dev.modelfleet.artifact.BuildRequest;
import dev.modelfleet.artifact.BuildResult;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.ProofReport;
import dev.modelfleet.artifact.PublishedArtifact;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.runtime.FailureException;
import dev.modelfleet.runtime.PhaseLog;
import dev.modelfleet.runtime.RemoteFailures;
import dev.modelfleet.runtime.oci.ArtifactPuller;
import dev.modelfleet.runtime.oci.ImageReference;
import dev.modelfleet.runtime.oci.PulledManifest;
import dev.modelfleet.runtime.oci.RegistryClient;
import dev.modelfleet.runtime.oci.UnpackLimits;
import dev.modelfleet.runtime.oci.VariantImage;
import dev.modelfleet.runtime.remote.RemoteException;
import dev.modelfleet.runtime.remote.RemoteException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where the variant of a request is published, and where an equal request may have put it before.
 */
final class VariantRegistry {

  private static final String KEY = "dev.modelfleet.key";

  private final RegistryClient registry;
  private final BuildRequest request;
  private final ImageReference reference;
  private final PhaseLog log;

  VariantRegistry(RegistryClient registry, BuildRequest request, PhaseLog log) {
    this.registry = registry;
    this.request = request;
    this.reference = reference(request);
    this.log = log;
  }

  private static ImageReference reference(BuildRequest request) {
    try {
      return ImageReference.parse(
          request.publication().repository() + ":" + request.publication().tag());
    } catch (IllegalArgumentException e) {
      throw new FailureException(
          FailureReason.INVALID_REQUEST, "publication: " + e.getMessage(), e);
    }
  }

  /**
   * The result of an equal request that was built before. One whose recipe this request rules out
   * does not count, nor one that the registry no longer holds whole.
   *
   * @param directory for what must be read of it
   */
  Optional<BuildResult> findPublished(Path directory) {
    try {
      return registry
          .findManifest(reference)
          .filter(found -> request.key().equals(found.manifest().annotations().get(KEY)))
          .map(found -> reuse(found, directory))
          .filter(result -> !request.excludedRecipes().contains(result.recipe()));
    } catch (RemoteException e) {
      // Some registries refuse to read a repository that does not exist yet; the push decides.
      boolean buildAnew =
          e.kind() == Kind.UNAUTHORIZED
              || e.kind() == Kind.NOT_FOUND
              || e.kind() == Kind.DIGEST_MISMATCH;
      if (!buildAnew) {
        throw RemoteFailures.whilePublishing(reference, e);
      }
      log.say("nothing to reuse at " + reference + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  private BuildResult reuse(PulledManifest found, Path directory) {
    new ArtifactPuller(registry, UnpackLimits.DEFAULT).pull(found, directory);
    VariantManifest variant = read(directory, VariantManifest.FILE, VariantManifest.class);
    ProofReport report = read(directory, VariantManifest.REPORT_FILE, ProofReport.class);
    long size =
        report.trials().stream()
            .filter(trial -> trial.recipe().equals(variant.recipe()))
            .mapToLong(Trial::size)
            .findFirst()
            .orElse(0);
    return new BuildResult(
        BuildOutcome.PUBLISHED,
        null,
        variant.recipe() + " was built before by an equal request and is used again",
        new PublishedArtifact(reference.with(found.digest()).toString(), found.digest(), size),
        variant.recipe(),
        report.sourceSize(),
        report.originalLatency(),
        report.trials(),
        true);
  }

  private static <T> T read(Path directory, String name, Class<T> type) {
    try {
      return ContractJson.read(Files.readString(directory.resolve(name)), type);
    } catch (IOException | IllegalArgumentException e) {
      throw new RemoteException(Kind.NOT_FOUND, "it holds no readable " + name, e);
    }
  }

  /** Finds out before the work begins whether its result will be taken. */
  void checkPush() {
    try {
      registry.checkPush(reference);
    } catch (RemoteException e) {
      throw RemoteFailures.whilePublishing(reference, e);
    }
  }

  /**
   * Publishes the files of a directory as the request's variant.
   *
   * @param sourceDigest null where the source has none
   * @param tar file to pack them into
   */
  PublishedArtifact publish(Candidate accepted, String sourceDigest, Path tar) {
    try {
      VariantImage image =
          VariantImage.pack(
              accepted.directory(),
              request.target().architecture(),
              annotations(accepted, sourceDigest),
              tar);
      String digest = image.push(registry, reference);
      return new PublishedArtifact(
          reference.with(digest).toString(), digest, accepted.trial().size());
    } catch (RemoteException e) {
      throw RemoteFailures.whilePublishing(reference, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot pack the variant: " + e.getMessage(), e);
    }
  }

  private Map<String, String> annotations(Candidate accepted, String sourceDigest) {
    Map<String, String> annotations = new HashMap<>();
    annotations.put("org.opencontainers.image.title", request.name());
    annotations.put(KEY, request.key());
    annotations.put("dev.modelfleet.recipe", accepted.trial().recipe());
    if (sourceDigest != null) {
      annotations.put("dev.modelfleet.source.digest", sourceDigest);
    }
    return annotations;
  }
}
