package dev.modelfleet.runtime;

import picocli.CommandLine.IVersionProvider;

/** The version that {@code --version} prints: that of the jar. */
final class RuntimeVersion implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String version = Main.class.getPackage().getImplementationVersion();
    return new String[] {"modelfleet-runtime " + (version == null ? "(not from a jar)" : version)};
  }
}
