package dev.modelfleet.api.v1alpha1;

/**
 * Annotations by which people act on the rollout of a ModelDeployment. GitOps tools do not undo
 * them and the operator never removes them: each names what it applies to, so that an old one is
 * harmless. One that can't be understood, or that names a revision which is not kept, is told of in
 * an Event and does nothing.
 */
public final class RolloutActions {

  /** {@code "true"}: the rollout stands still; {@code "false"} or absent: it goes on. */
  public static final String PAUSED = "rollout.modelfleet.dev/paused";

  /**
   * {@code <revision>/<wave>}: ends the pause or soak after that wave; {@code <revision>/*} skips
   * all further pauses and soaks of the revision.
   */
  public static final String PROMOTE = "rollout.modelfleet.dev/promote";

  /**
   * {@code <revision>@<RFC 3339 time>}: goes back to the last good revision; this one is rejected
   * with reason Aborted, until a newer {@link #RETRY}. Without the time it is rejected for as long
   * as the annotation is there.
   */
  public static final String ABORT = "rollout.modelfleet.dev/abort";

  /**
   * {@code <revision>@<RFC 3339 time>}: forgets that the revision was rejected before that time, so
   * that it is tried again; a later rejection stands.
   */
  public static final String RETRY = "rollout.modelfleet.dev/retry";

  /**
   * {@code <revision>@<generation>}: serves that kept revision in place of the spec's as long as
   * {@code metadata.generation} is the one named.
   */
  public static final String UNDO = "rollout.modelfleet.dev/undo";

  /** In {@link #PROMOTE}, in place of a wave: all of them. */
  public static final String ALL_WAVES = "*";

  private RolloutActions() {}
}
