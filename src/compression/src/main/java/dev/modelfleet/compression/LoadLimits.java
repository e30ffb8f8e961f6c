package dev.modelfleet.compression;

/**
 * What a model may take at most, so that a hostile or broken file ends in an error instead of
 * exhausting the machine.
 *
 * @param maxFileBytes bytes of the model file, without external data
 * @param maxTotalBytes bytes of the model file and its external data
 * @param maxElements nodes, tensors, attributes and other parts of the file, all together
 */
public record LoadLimits(long maxFileBytes, long maxTotalBytes, long maxElements) {

  /** 2 GiB (the limit of the file format), 64 GiB with external data, 4 million parts. */
  public static final LoadLimits DEFAULT = new LoadLimits(Integer.MAX_VALUE, 64L << 30, 4_000_000);
}
