package dev.modelfleet.systemtests;

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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A model of one matrix product, for tests that are about something else than the model. */
final class TinyModel {

  /** Length of the input {@code x}. */
  static final int INPUTS = 64;

  /** Height and width of images with {@value #INPUTS} pixels. */
  static final int IMAGE_SIDE = 8;

  /** Length of the output {@code y}. */
  static final int OUTPUTS = 32;

  /** {@code TensorProto.DataType.FLOAT} of the ONNX specification. */
  private static final int FLOAT = 1;

  private TinyModel() {}

  /** Writes the model; another seed gives other weights. */
  static Path write(Path file, long seed) throws IOException {
    return Files.write(file, model(weights(seed)).toByteArray());
  }

  /** Writes a model whose weights are said to be in a file outside its directory. */
  static Path writeWithExternalData(Path file, String location) throws IOException {
    TensorProto external =
        TensorProto.newBuilder()
            .setName("w")
            .addDims(INPUTS)
            .addDims(OUTPUTS)
            .setDataType(FLOAT)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(
                StringStringEntryProto.newBuilder().setKey("location").setValue(location))
            .build();
    return Files.write(file, model(external).toByteArray());
  }

  /**
   * Writes the model with gray images of {@value #IMAGE_SIDE} x {@value #IMAGE_SIDE} as its input.
   */
  static Path writeForImages(Path file) throws IOException {
    ModelProto.Builder model = model(weights(3)).toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder();
    graph.setInput(0, value("pixels", 1, IMAGE_SIDE, IMAGE_SIDE));
    graph.addNode(0, NodeProto.newBuilder().setOpType("Flatten").addInput("pixels").addOutput("x"));
    return Files.write(file, model.build().toByteArray());
  }

  /** Writes a model without any weights: nothing in it can be quantized. */
  static Path writeWithoutProducts(Path file) throws IOException {
    ModelProto.Builder model = model(weights(0)).toBuilder();
    model
        .getGraphBuilder()
        .clearInitializer()
        .clearNode()
        .addNode(NodeProto.newBuilder().setOpType("Relu").addInput("x").addOutput("y"))
        .clearOutput()
        .addOutput(value("y", INPUTS));
    return Files.write(file, model.build().toByteArray());
  }

  /** Writes a data set whose array has the given name and row length. */
  static Path writeData(Path file, String input, int length, int samples) throws IOException {
    Random random = new Random(7);
    float[] values = new float[samples * length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    try (NpzWriter npz = new NpzWriter(file)) {
      npz.put(input, TensorData.ofFloats(values, samples, length));
    }
    return file;
  }

  private static ModelProto model(TensorProto weights) {
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(
            GraphProto.newBuilder()
                .setName("tiny")
                .addInput(value("x", INPUTS))
                .addOutput(value("y", OUTPUTS))
                .addInitializer(weights)
                .addNode(
                    NodeProto.newBuilder()
                        .setOpType("MatMul")
                        .setName("product")
                        .addInput("x")
                        .addInput("w")
                        .addOutput("y")))
        .build();
  }

  private static TensorProto weights(long seed) {
    Random random = new Random(seed);
    ByteBuffer raw = ByteBuffer.allocate(4 * INPUTS * OUTPUTS).order(ByteOrder.LITTLE_ENDIAN);
    while (raw.hasRemaining()) {
      raw.putFloat((float) random.nextGaussian());
    }
    return TensorProto.newBuilder()
        .setName("w")
        .addDims(INPUTS)
        .addDims(OUTPUTS)
        .setDataType(FLOAT)
        .setRawData(ByteString.copyFrom(raw.flip()))
        .build();
  }

  private static ValueInfoProto value(String name, int... lengths) {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("batch"));
    for (int length : lengths) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(length));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(FLOAT).setShape(shape)))
        .build();
  }
}
