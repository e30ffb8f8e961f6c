package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.BuildRequest;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.TrialOutcome;
import dev.modelfleet.runtime.FailureException;
import dev.modelfleet.runtime.PhaseLog;
import dev.modelfleet.runtime.oci.ArtifactPuller;
import dev.modelfleet.runtime.oci.ArtifactPusher;
import dev.modelfleet.runtime.oci.ImageReference;
import dev.modelfleet.runtime.oci.PulledManifest;
import dev.modelfleet.runtime.oci.RegistryClient;
import dev.modelfleet.runtime.oci.UnpackLimits;
import dev.modelfleet.runtime.remote.RemoteException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finished trials, kept in the registry beside the variant to come: a build whose pod is lost goes
 * on in another pod from the trials that were finished, because nothing else of a pod survives it.
 * Models are not kept; the one that is chosen is made again, which gives the same. A registry that
 * does not take the journal costs only this.
 */
final class TrialJournal {

  private static final String FILE = "trials.json";
  private static final String TYPE = "application/vnd.modelfleet.trials.v1";

  private final RegistryClient registry;
  private final ImageReference reference;
  private final String key;
  private final Path directory;
  private final PhaseLog log;
  private boolean works = true;

  /**
   * What the registry holds.
   *
   * @param key of the request whose trials they are
   */
  private record Finished(String key, List<Trial> trials) {}

  TrialJournal(RegistryClient registry, BuildRequest request, Path directory, PhaseLog log) {
    this.registry = registry;
    this.reference =
        ImageReference.parse(
            request.publication().repository() + ":" + request.publication().tag() + "-trials");
    this.key = request.key();
    this.directory = directory;
    this.log = log;
  }

  /** Trials that an earlier attempt finished, by recipe. */
  Map<String, Trial> finished() {
    Map<String, Trial> trials = new LinkedHashMap<>();
    try {
      Optional<PulledManifest> found = registry.findManifest(reference);
      if (found.isPresent()) {
        new ArtifactPuller(registry, UnpackLimits.DEFAULT).pull(found.get(), directory);
        Finished finished =
            ContractJson.read(Files.readString(directory.resolve(FILE)), Finished.class);
        if (key.equals(finished.key())) {
          finished.trials().forEach(trial -> trials.put(trial.recipe(), trial));
        }
      }
    } catch (RemoteException | FailureException | IOException | IllegalArgumentException e) {
      log.say("no finished trials to go on from at " + reference + ": " + e.getMessage());
    }
    return trials;
  }

  /** Keeps what was built so far. */
  void keep(List<Trial> trials) {
    List<Trial> built =
        trials.stream().filter(trial -> trial.outcome() != TrialOutcome.SKIPPED).toList();
    if (!works || built.isEmpty()) {
      return;
    }
    try {
      Files.createDirectories(directory);
      Path file = directory.resolve(FILE);
      Files.writeString(file, ContractJson.write(new Finished(key, built)));
      new ArtifactPusher(registry).push(reference, TYPE, List.of(file));
    } catch (RemoteException | IOException e) {
      works = false;
      log.say("finished trials can't be kept at " + reference + ": " + e.getMessage());
    }
  }
}
