package dev.modelfleet.compression.quantize;

/**
 * The weights of one output channel in blocks.
 *
 * @param codes one a weight
 * @param scales one a block, positive
 * @param zeroPoints one a block
 */
record BlockRow(byte[] codes, float[] scales, byte[] zeroPoints) {

  static BlockRow empty(int weights, BlockFormat format) {
    int blocks = format.blocks(weights);
    return new BlockRow(new byte[weights], new float[blocks], new byte[blocks]);
  }

  /** The weight that a code stands for. */
  float value(int index, BlockFormat format) {
    int block = index / format.size();
    return ((codes[index] & 0xFF) - (zeroPoints[block] & 0xFF)) * scales[block];
  }
}
