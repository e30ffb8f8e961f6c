package dev.modelfleet.compression.dataset;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.tensor.ElementType;
import java.util.Arrays;
import java.util.List;

/** Whether an array of a data set fits an input of a model. */
final class InputFit {

  private InputFit() {}

  static void check(String dataset, VariantManifest.Tensor input, NpyArray array) {
    if (!array.type().datatype().equals(input.datatype()) && !isRounded(input, array)) {
      throw new CompressionException(
          FailureReason.DATASET_MISMATCH,
          "data set %s: input %s takes %s, the array is %s: save it with that type"
              .formatted(dataset, input.name(), input.datatype(), array.type().datatype()));
    }
    if (!shapeFits(input.shape(), array)) {
      throw new CompressionException(
          FailureReason.DATASET_MISMATCH,
          "data set %s: input %s takes shape %s, the array is %s, whose first axis counts samples"
              .formatted(dataset, input.name(), input.shape(), describe(array)));
    }
  }

  /**
   * Whether a sample is handed over with a first axis of size 1. It is not where the input has one
   * axis less than the array, that is, where the model has no batch axis.
   */
  static boolean keepsSampleAxis(VariantManifest.Tensor input, NpyArray array) {
    return input.shape().size() != array.rank() - 1;
  }

  /** FP32 data is rounded for an FP16 input: a variant may have turned its inputs to FP16. */
  static boolean isRounded(VariantManifest.Tensor input, NpyArray array) {
    return input.datatype().equals(ElementType.FLOAT16.datatype())
        && array.type() == ElementType.FLOAT;
  }

  private static boolean shapeFits(List<Long> expected, NpyArray array) {
    long[] shape = array.shape();
    if (shape.length == 0) {
      return false;
    }
    if (expected.size() == shape.length - 1) {
      return dimensionsFit(expected, Arrays.copyOfRange(shape, 1, shape.length));
    }
    long[] sample = shape.clone();
    sample[0] = 1;
    return expected.size() == shape.length && dimensionsFit(expected, sample);
  }

  private static boolean dimensionsFit(List<Long> expected, long[] actual) {
    for (int i = 0; i < actual.length; i++) {
      long dimension = expected.get(i);
      if (dimension >= 0 && dimension != actual[i]) {
        return false;
      }
    }
    return true;
  }

  static String describe(NpyArray array) {
    return array.type().datatype() + Arrays.toString(array.shape());
  }
}
