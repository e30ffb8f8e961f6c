package dev.modelfleet.compression.graph;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.LoadLimits;
import dev.modelfleet.compression.onnx.ModelProto;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Reads and writes model files. A file is memory-mapped and its tensors are views of the mapping,
 * so that loading takes no memory of the heap for them; it must not be changed while its model is
 * in use.
 *
 * @param header everything of the model but its graph
 * @param graph the graph
 * @param bytes size of the file and its external data
 */
public record ModelFile(ModelProto header, Graph graph, long bytes) {

  /** Name of a written model. */
  public static final String NAME = "model.onnx";

  /** Name of the external data of a model that does not fit one file. */
  public static final String DATA_NAME = "model.onnx.data";

  /** Protobuf can't hold 2 GiB; so much is left for what is not tensor data. */
  private static final long MAX_INLINE_BYTES = (2L << 30) - (128 << 20);

  /**
   * Reads a model.
   *
   * @throws CompressionException with INVALID_MODEL or UNSAFE_PATH
   */
  public static ModelFile read(Path file, LoadLimits limits) {
    try {
      long size = requireSize(file, limits);
      ModelProto model = parse(map(file, size), limits);
      ExternalData external =
          new ExternalData(
              file.toAbsolutePath().getParent(), Math.max(0, limits.maxTotalBytes() - size));
      Graph graph = new GraphReader(external).read(model.getGraph());
      return new ModelFile(
          model.toBuilder().clearGraph().build(), graph, size + external.totalBytes());
    } catch (IOException e) {
      throw new CompressionException(
          FailureReason.INVALID_MODEL,
          "%s is not an ONNX model: %s".formatted(file, e.getMessage()),
          e);
    } catch (CompressionException e) {
      throw new CompressionException(e.reason(), file + ": " + e.getMessage(), e);
    }
  }

  private static long requireSize(Path file, LoadLimits limits) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new CompressionException(FailureReason.INVALID_MODEL, "there is no such file");
    }
    long size = Files.size(file);
    if (size > Math.min(limits.maxFileBytes(), Integer.MAX_VALUE)) {
      throw new CompressionException(
          FailureReason.INVALID_MODEL,
          "the file has %d bytes, more than %d: store the weights as external data"
              .formatted(size, limits.maxFileBytes()));
    }
    return size;
  }

  private static ByteString map(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return size == 0
          ? ByteString.EMPTY
          : UnsafeByteOperations.unsafeWrap(channel.map(FileChannel.MapMode.READ_ONLY, 0, size));
    }
  }

  private static ModelProto parse(ByteString bytes, LoadLimits limits) throws IOException {
    new PartCount(limits.maxElements()).requireWithinLimit(input(bytes));
    ModelProto model = ModelProto.parseFrom(input(bytes));
    if (model.getIrVersion() <= 0 || !model.hasGraph() || model.getGraph().getOutputCount() == 0) {
      throw new InvalidProtocolBufferException(
          "it has no IR version, no graph or no graph outputs");
    }
    return model;
  }

  private static CodedInputStream input(ByteString bytes) {
    CodedInputStream input = bytes.newCodedInput();
    // Tensors stay views of the mapped file instead of copies.
    input.enableAliasing(true);
    input.setSizeLimit(Integer.MAX_VALUE);
    return input;
  }

  /** Bytes that {@link #write} would write. */
  public static long size(ModelProto header, Graph graph) {
    long constants = graph.constants().values().stream().mapToLong(Tensor::byteSize).sum();
    if (constants > MAX_INLINE_BYTES) {
      return constants;
    }
    return toProto(header, graph).getSerializedSize();
  }

  /** The whole model as one message. */
  public static ModelProto toProto(ModelProto header, Graph graph) {
    return header.toBuilder().setGraph(GraphWriter.toProto(graph)).build();
  }

  /**
   * Writes {@value #NAME}, and {@value #DATA_NAME} where the weights do not fit one file. The model
   * file appears when it is complete.
   */
  public static Path write(ModelProto header, Graph graph, Path directory) throws IOException {
    Path target = directory.resolve(NAME);
    Path partial = directory.resolve(NAME + ".partial");
    long constants = graph.constants().values().stream().mapToLong(Tensor::byteSize).sum();
    ModelProto proto =
        constants > MAX_INLINE_BYTES
            ? withExternalData(header, graph, directory.resolve(DATA_NAME))
            : toProto(header, graph);
    try (OutputStream file = Files.newOutputStream(partial)) {
      CodedOutputStream output = CodedOutputStream.newInstance(file, 1 << 16);
      proto.writeTo(output);
      output.flush();
    }
    return Files.move(
        partial, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static ModelProto withExternalData(ModelProto header, Graph graph, Path data)
      throws IOException {
    // A model may be written over the one it was read from: its mapping must stay as it is.
    Files.deleteIfExists(data);
    try (FileChannel channel =
        FileChannel.open(data, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      return header.toBuilder()
          .setGraph(GraphWriter.toProto(graph, channel, data.getFileName().toString()))
          .build();
    }
  }
}
