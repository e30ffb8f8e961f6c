package dev.modelfleet.api.crd;

import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the patch of Argo CD's configuration that holds the health check for each kind. */
final class ArgoCdConfiguration {

  /** The health check, relative to the repository's root. */
  static final String HEALTH = "charts/modelfleet/argocd/health.lua";

  private ArgoCdConfiguration() {}

  static String of(Path root) {
    String check = indent(read(root.resolve(HEALTH)));
    StringBuilder patch =
        new StringBuilder("# Generated from health.lua; never edited. To make it anew:\n# ")
            .append(Regeneration.COMMAND)
            .append("\ndata:\n");
    for (Class<? extends CustomResource<?, ?>> kind : CrdManifests.KINDS) {
      patch
          .append("  resource.customizations.health.modelfleet.dev_")
          .append(kind.getSimpleName())
          .append(": |\n")
          .append(check);
    }
    return patch.toString();
  }

  private static String indent(String text) {
    return text.lines()
        .map(line -> line.isEmpty() ? "\n" : "    " + line + "\n")
        .reduce("", String::concat);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
