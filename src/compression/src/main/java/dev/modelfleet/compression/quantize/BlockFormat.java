package dev.modelfleet.compression.quantize;

/**
 * How blocks of weights are stored: unsigned codes, {@code w ≈ (q − z) · s} with a scale and a zero
 * point for each block.
 *
 * @param bits of a code, 4 or 8
 * @param size weights in a block, all of one output channel
 * @param symmetric whether every zero point is the middle code, so that it need not be stored
 */
record BlockFormat(int bits, int size, boolean symmetric) {

  int maxCode() {
    return (1 << bits) - 1;
  }

  /** The zero point of symmetric blocks. */
  int middle() {
    return 1 << (bits - 1);
  }

  /** Blocks of a channel with so many weights; the last one may be shorter. */
  int blocks(int weights) {
    return Math.ceilDiv(weights, size);
  }
}
