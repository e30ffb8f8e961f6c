package dev.modelfleet.runtime.transfer;

import dev.modelfleet.runtime.RemoteFailures;
import dev.modelfleet.runtime.oci.ArtifactPuller;
import dev.modelfleet.runtime.oci.ImageReference;
import dev.modelfleet.runtime.oci.PulledManifest;
import dev.modelfleet.runtime.oci.RegistryClient;
import dev.modelfleet.runtime.oci.UnpackLimits;
import dev.modelfleet.runtime.remote.RemoteException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Fetches a published variant into a directory: the init container of pods on clusters that have no
 * image volumes.
 */
@Command(
    name = "pull",
    description = "Fetches an OCI artifact into a directory; does nothing where it is there.",
    mixinStandardHelpOptions = true)
public final class PullCommand implements Callable<Integer> {

  @Mixin private RegistryOptions options;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DIRECTORY",
      description = "Directory to fill: empty, or filled by an earlier pull.")
  private Path directory;

  @Parameters(
      paramLabel = "oci://HOST[:PORT]/REPOSITORY@DIGEST",
      description = "What to fetch.",
      converter = RegistryOptions.ReferenceConverter.class)
  private ImageReference reference;

  @Override
  public Integer call() {
    return options.run(this::pull);
  }

  private void pull(RegistryClient registry) {
    PulledDirectory target = new PulledDirectory(directory);
    if (reference.isPinned() && target.holds(reference.reference())) {
      System.out.println(directory + " holds " + reference + " already");
      return;
    }
    try {
      PulledManifest pulled = registry.manifest(reference);
      ArtifactPuller puller = new ArtifactPuller(registry, UnpackLimits.DEFAULT);
      target.replace(pulled.digest(), staging -> puller.pull(pulled, staging));
      System.out.println(directory + " holds " + pulled.reference());
    } catch (RemoteException e) {
      throw RemoteFailures.whileFetching("oci://" + reference, e);
    }
  }
}
