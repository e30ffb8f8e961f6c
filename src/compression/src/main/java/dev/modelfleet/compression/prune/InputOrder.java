package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.graph.Tensor;

/**
 * The order in which the weights of one output are looked at: as they are stored, or for groups of
 * a pattern such that consecutive ones are input channels at one place of a convolution's kernel,
 * as engines with sparse kernels expect.
 *
 * @param layer the layer
 * @param places index of each weight among those that are stored for one output
 * @param outputs number of outputs
 */
record InputOrder(Layer layer, int[] places, int outputs) {

  static InputOrder of(Layer layer, Tensor weights, boolean channelsTogether) {
    int outputs = (int) weights.dimension(layer.outAxis());
    int inputs = (int) (weights.size() / outputs);
    int channels = (int) weights.dimension(layer.inAxis());
    int area = inputs / channels;
    int[] places = new int[inputs];
    for (int i = 0; i < inputs; i++) {
      places[i] = channelsTogether ? i % channels * area + i / channels : i;
    }
    return new InputOrder(layer, places, outputs);
  }

  /** Weights by output, each in this order. */
  float[][] rows(Tensor weights) {
    float[] values = weights.floats();
    float[][] rows = new float[outputs][places.length];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < places.length; i++) {
        rows[o][i] = values[index(o, i)];
      }
    }
    return rows;
  }

  /** The reverse. */
  Tensor tensor(float[][] rows, long[] shape) {
    float[] values = new float[outputs * places.length];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < places.length; i++) {
        values[index(o, i)] = rows[o][i];
      }
    }
    return Tensor.ofFloats(values, shape);
  }

  /** A Gram matrix of inputs as they are stored, in this order. */
  double[][] arrange(double[][] gram) {
    double[][] arranged = new double[places.length][places.length];
    for (int i = 0; i < places.length; i++) {
      for (int j = 0; j < places.length; j++) {
        arranged[i][j] = gram[places[i]][places[j]];
      }
    }
    return arranged;
  }

  private int index(int output, int i) {
    return layer.outAxis() == 0 ? output * places.length + places[i] : places[i] * outputs + output;
  }
}
