package dev.modelfleet.runtime.serve.model;

import java.util.List;

/** Which of a model's versions are served, in the terms of Triton's {@code version_policy}. */
public sealed interface VersionPolicy {

  /** The newest version alone. */
  VersionPolicy NEWEST = new Latest(1);

  /** The newest so many. */
  record Latest(int count) implements VersionPolicy {}

  /** Every version that there is. */
  record All() implements VersionPolicy {}

  /** These and no others. */
  record Specific(List<Long> versions) implements VersionPolicy {
    public Specific {
      versions = List.copyOf(versions);
    }
  }
}
