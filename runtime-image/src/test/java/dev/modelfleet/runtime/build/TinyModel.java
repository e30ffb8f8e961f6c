package dev.modelfleet.runtime.build;

import com.google.protobuf.ByteString;
import dev.modelfleet.compression.dataset.NpzWriter;
import dev.modelfleet.compression.onnx.GraphProto;
import dev.modelfleet.compression.onnx.ModelProto;
import dev.modelfleet.compression.onnx.NodeProto;
import dev.modelfleet.compression.onnx.OperatorSetIdProto;
import dev.modelfleet.compression.onnx.StringStringEntryProto;
import dev.modelfleet.compression.onnx.TensorProto;
import dev.modelfleet.compression.onnx.TensorShapeProto;
import dev.modelfleet.compression.onnx.TypeProto;
import dev.modelfleet.compression.onnx.ValueInfoProto;
import dev.modelfleet.compression.tensor.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * A model of one matrix product, {@code scores = x · w} with x of shape [batch, 64], and its data.
 */
public final class TinyModel {

  /** Size of the second axis of input and output. */
  public static final int WIDTH = 64;

  private static final int FLOAT = 1;

  private TinyModel() {}

  /** The model in one file. */
  public static byte[] matMul() {
    return matMul(1);
  }

  /** The model in one file with other weights. */
  public static byte[] matMul(long seed) {
    return model("MatMul", weights(new Random(seed)).build()).toByteArray();
  }

  /** A model without weights, which no quantization applies to. */
  static byte[] relu() {
    return model("Relu", null).toByteArray();
  }

  /** The model with a weight of NaN. */
  static byte[] notANumber() {
    TensorProto.Builder weights = weights(new Random(1));
    ByteBuffer data =
        ByteBuffer.wrap(weights.getRawData().toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    data.putFloat(0, Float.NaN);
    return model("MatMul", weights.setRawData(ByteString.copyFrom(data.array())).build())
        .toByteArray();
  }

  /** The model with its weights in another file. */
  static byte[] external(String location) {
    TensorProto.Builder weights = weights(new Random(1)).clearRawData();
    weights.setDataLocation(TensorProto.DataLocation.EXTERNAL);
    weights.addExternalData(
        StringStringEntryProto.newBuilder().setKey("location").setValue(location));
    return model("MatMul", weights.build()).toByteArray();
  }

  /** An {@code .npz} of random samples. */
  public static byte[] samples(String input, int count, int width, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    try {
      Path file = Files.createTempFile("samples", ".npz");
      try (NpzWriter writer = new NpzWriter(file)) {
        writer.put(input, TensorData.ofFloats(values, count, width));
      }
      byte[] bytes = Files.readAllBytes(file);
      Files.delete(file);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TensorProto.Builder weights(Random random) {
    ByteBuffer data = ByteBuffer.allocate(4 * WIDTH * WIDTH).order(ByteOrder.LITTLE_ENDIAN);
    while (data.hasRemaining()) {
      data.putFloat((float) random.nextGaussian());
    }
    return TensorProto.newBuilder()
        .setName("w")
        .setDataType(FLOAT)
        .addDims(WIDTH)
        .addDims(WIDTH)
        .setRawData(ByteString.copyFrom(data.array()));
  }

  private static ModelProto model(String operator, TensorProto weights) {
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(operator).addInput("x").addOutput("scores");
    GraphProto.Builder graph =
        GraphProto.newBuilder().setName("tiny").addInput(value("x")).addOutput(value("scores"));
    if (weights != null) {
      node.addInput("w");
      graph.addInitializer(weights);
    }
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(graph.addNode(node))
        .build();
  }

  private static ValueInfoProto value(String name) {
    TensorShapeProto shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("batch"))
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(WIDTH))
            .build();
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder().setElemType(FLOAT).setShape(shape).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
