package dev.modelfleet.artifact;

/**
 * Version of what a build computes. It is part of every content key, and is raised only when the
 * same request would give a different model, so that an upgrade of the operator rebuilds nothing.
 */
public final class BuilderVersion {

  /** The version that this code computes. */
  public static final String CURRENT = "1";

  private BuilderVersion() {}
}
