package dev.modelfleet.runtime.oci;

/**
 * Bounds of what an artifact may hold, against archives that unpack to more than a node has.
 *
 * @param bytes of all files together
 * @param files number of files and directories
 */
public record UnpackLimits(long bytes, int files) {

  /** Room for every model that one machine compresses. */
  public static final UnpackLimits DEFAULT = new UnpackLimits(32L << 30, 10_000);
}
