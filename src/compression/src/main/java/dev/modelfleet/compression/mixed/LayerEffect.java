package dev.modelfleet.compression.mixed;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.LayerFormat;

/**
 * What compressing one layer alone does to the model.
 *
 * @param layer name of the layer's output
 * @param operator ONNX operator
 * @param format that the layer gets
 * @param weights number of elements of its weights
 * @param saved bytes by which the model becomes smaller; negative where it grows
 * @param noise power of the result's error, relative to the power of the result
 * @param accuracy by the metric
 */
public record LayerEffect(
    String layer,
    String operator,
    LayerFormat format,
    long weights,
    long saved,
    double noise,
    Accuracy accuracy) {

  /** Signal to noise of the result in decibels; infinite where nothing differs. */
  public double sqnr() {
    return -10 * Math.log10(noise);
  }
}
