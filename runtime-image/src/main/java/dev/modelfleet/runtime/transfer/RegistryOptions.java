package dev.modelfleet.runtime.transfer;

import dev.modelfleet.artifact.ExitCode;
import dev.modelfleet.runtime.FailureException;
import dev.modelfleet.runtime.RemoteFailures;
import dev.modelfleet.runtime.oci.ImageReference;
import dev.modelfleet.runtime.oci.RegistryClient;
import dev.modelfleet.runtime.remote.DockerCredentials;
import dev.modelfleet.runtime.remote.RemoteHttp;
import dev.modelfleet.runtime.remote.RemoteLimits;
import java.io.UncheckedIOException;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** What {@code push} and {@code pull} have in common: how registries are reached. */
final class RegistryOptions {

  @Option(
      names = "--plain-http",
      paramLabel = "HOST[:PORT]",
      description = "A registry to reach without TLS; may be given more than once.")
  private Set<String> plainHttp = Set.of();

  /** Work with a registry. */
  @FunctionalInterface
  interface Transfer {

    /** Does it. */
    void run(RegistryClient registry);
  }

  /** Reads references on the command line. */
  static final class ReferenceConverter implements ITypeConverter<ImageReference> {

    @Override
    public ImageReference convert(String text) {
      return ImageReference.parse(text);
    }
  }

  /** Runs a transfer, says on standard error why it failed, and gives the exit code. */
  int run(Transfer transfer) {
    try (RemoteHttp http =
        new RemoteHttp(
            plainHttp, DockerCredentials.fromEnvironment(System.getenv()), RemoteLimits.DEFAULT)) {
      transfer.run(new RegistryClient(http));
      return ExitCode.DONE;
    } catch (UncheckedIOException e) {
      return report(RemoteFailures.onDisk(e));
    } catch (FailureException e) {
      return report(e);
    }
  }

  private static int report(FailureException e) {
    System.err.println(e.describe());
    return e.reason().retryable() ? ExitCode.RETRYABLE_FAILURE : ExitCode.PERMANENT_FAILURE;
  }
}
