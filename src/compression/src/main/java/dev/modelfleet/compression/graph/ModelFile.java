package dev.modelfleet.compression.graph;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.LoadLimits;
import dev.modelfleet.compression.onnx.ModelProto;
import dev.modelfleet.compression.onnx.TensorProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

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
      MappedFile mapped = MappedFile.of(file);
      ModelParser.Parts model = parse(mapped.memory(), limits);
      ExternalData external =
          new ExternalData(
              file.toAbsolutePath().getParent(), Math.max(0, limits.maxTotalBytes() - size));
      Graph graph = new GraphReader(mapped, external).read(model.graph(), model.constants());
      return new ModelFile(model.header(), graph, size + external.totalBytes());
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

  private static ModelParser.Parts parse(MemorySegment file, LoadLimits limits) throws IOException {
    new PartCount(limits.maxElements()).requireWithinLimit(ModelParser.input(file));
    ModelParser.Parts parts = ModelParser.parse(file);
    if (parts.header().getIrVersion() <= 0
        || parts.graph() == null
        || parts.graph().getOutputCount() == 0) {
      throw new InvalidProtocolBufferException(
          "it has no IR version, no graph or no graph outputs");
    }
    return parts;
  }

  /** Bytes that {@link #write} would write. */
  public static long size(ModelProto header, Graph graph) {
    long constants = constantBytes(graph);
    return constants > MAX_INLINE_BYTES
        ? constants
        : new ModelWriter(header, graph, Map.of()).size();
  }

  private static long constantBytes(Graph graph) {
    return graph.constants().values().stream().mapToLong(Tensor::byteSize).sum();
  }

  /** The whole model in memory; at most 2 GB. */
  public static byte[] toBytes(ModelProto header, Graph graph) {
    return toBytes(new ModelWriter(header, graph, Map.of()));
  }

  /**
   * The model in memory without the data of its large constants: of each there is its name, type
   * and shape, marked as external, for an engine that is given the data otherwise.
   *
   * @param inFiles names of those constants of which it says where they are in their directory
   */
  public static byte[] toBytesWithoutData(ModelProto header, Graph graph, Set<String> inFiles) {
    Map<String, TensorProto> outside = new LinkedHashMap<>();
    graph
        .constants()
        .forEach(
            (name, tensor) -> {
              if (tensor.isLarge()) {
                outside.put(
                    name,
                    inFiles.contains(name)
                        ? tensor.external(name)
                        : GraphParts.external(name, tensor, "memory", 0));
              }
            });
    return toBytes(new ModelWriter(header, graph, outside));
  }

  private static byte[] toBytes(ModelWriter writer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.toIntExact(writer.size()));
    try {
      writer.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Writes {@value #NAME}, and {@value #DATA_NAME} where the weights do not fit one file. The model
   * file appears when it is complete.
   */
  public static Path write(ModelProto header, Graph graph, Path directory) throws IOException {
    Path target = directory.resolve(NAME);
    Path partial = directory.resolve(NAME + ".partial");
    Map<String, TensorProto> outside =
        constantBytes(graph) > MAX_INLINE_BYTES
            ? writeExternal(graph, directory.resolve(DATA_NAME))
            : Map.of();
    try (OutputStream file = Files.newOutputStream(partial)) {
      new ModelWriter(header, graph, outside).write(file);
    }
    return Files.move(
        partial, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Map<String, TensorProto> writeExternal(Graph graph, Path data) throws IOException {
    // A model may be written over the one it was read from: its mapping must stay as it is.
    Files.deleteIfExists(data);
    try (FileChannel channel =
        FileChannel.open(data, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      return GraphParts.writeExternal(graph, channel, data.getFileName().toString());
    }
  }
}
