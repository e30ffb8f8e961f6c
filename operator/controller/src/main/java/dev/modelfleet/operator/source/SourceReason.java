package dev.modelfleet.operator.source;

/** Reasons of condition {@code ResolvedRefs} that concern a model or data set. */
public final class SourceReason {

  /** The registry does not have the repository or tag. */
  public static final String SOURCE_NOT_FOUND = "SourceNotFound";

  /** The registry did not answer, or not as a registry does; asked again with back-off. */
  public static final String SOURCE_UNREACHABLE = "SourceUnreachable";

  /** The registry refused the credentials or wants some; a renewed Secret heals it. */
  public static final String REGISTRY_AUTH = "RegistryAuth";

  /** The URI is not one that this version reads. */
  public static final String INVALID_SOURCE = "InvalidSource";

  private SourceReason() {}
}
