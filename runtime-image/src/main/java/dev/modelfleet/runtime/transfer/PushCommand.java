package dev.modelfleet.runtime.transfer;

import dev.modelfleet.runtime.RemoteFailures;
import dev.modelfleet.runtime.oci.ArtifactPusher;
import dev.modelfleet.runtime.oci.ImageReference;
import dev.modelfleet.runtime.oci.RegistryClient;
import dev.modelfleet.runtime.remote.RemoteException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts a model or a data set into a registry, as {@code oras push} would. */
@Command(
    name = "push",
    description = "Pushes files as an OCI artifact and prints its pinned reference.",
    mixinStandardHelpOptions = true)
public final class PushCommand implements Callable<Integer> {

  private static final String ARTIFACT_TYPE = "application/vnd.modelfleet.files.v1";

  @Mixin private RegistryOptions options;
  @Spec private CommandSpec spec;

  @Option(
      names = "--file",
      required = true,
      paramLabel = "PATH",
      description = "A file to push under its own name; may be given more than once.")
  private List<Path> files;

  @Parameters(
      paramLabel = "oci://HOST[:PORT]/REPOSITORY:TAG",
      description = "Where to push to.",
      converter = RegistryOptions.ReferenceConverter.class)
  private ImageReference reference;

  @Override
  public Integer call() {
    files.stream().filter(file -> !Files.isRegularFile(file)).findFirst().ifPresent(this::refuse);
    return options.run(this::push);
  }

  private void push(RegistryClient registry) {
    try {
      String digest = new ArtifactPusher(registry).push(reference, ARTIFACT_TYPE, files);
      System.out.println("oci://" + reference.with(digest));
    } catch (RemoteException e) {
      throw RemoteFailures.whilePublishing(reference, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void refuse(Path file) {
    throw new ParameterException(
        spec.commandLine(), "--file " + file + " is not a file: name existing files only");
  }
}
