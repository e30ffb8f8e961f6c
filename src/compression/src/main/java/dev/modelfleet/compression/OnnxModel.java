package dev.modelfleet.compression;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.ModelFile;
import dev.modelfleet.compression.onnx.ModelProto;
import dev.modelfleet.compression.onnx.OperatorSetIdProto;
import dev.modelfleet.compression.onnx.TensorShapeProto;
import dev.modelfleet.compression.onnx.TypeProto;
import dev.modelfleet.compression.onnx.ValueInfoProto;
import dev.modelfleet.compression.tensor.ElementType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An ONNX model: a graph, the versions of the operator sets it uses and the version of the file
 * format (IR). Transforms work on copies; the weights of all copies are the same memory.
 */
public final class OnnxModel {

  private final ModelProto header;
  private final Graph graph;
  private final Map<String, Long> opsets = new LinkedHashMap<>();
  private long irVersion;
  private Path file;
  private long fileBytes;

  private OnnxModel(ModelProto header, Graph graph) {
    this.header = header;
    this.graph = graph;
    this.irVersion = header.getIrVersion();
    for (OperatorSetIdProto set : header.getOpsetImportList()) {
      opsets.put(set.getDomain().equals("ai.onnx") ? "" : set.getDomain(), set.getVersion());
    }
  }

  /**
   * Reads a model file and, from its directory only, its external data. The files are mapped into
   * memory and must stay as they are while the model is in use.
   *
   * @throws CompressionException with INVALID_MODEL where the file is not a complete ONNX model or
   *     exceeds the limits, with UNSAFE_PATH where its external data lies outside its directory or
   *     behind a link
   */
  public static OnnxModel load(Path modelFile, LoadLimits limits) {
    ModelFile read = ModelFile.read(modelFile, limits);
    OnnxModel model = new OnnxModel(read.header(), read.graph());
    model.file = modelFile;
    model.fileBytes = read.bytes();
    return model;
  }

  /** A model made in code. */
  public static OnnxModel of(Graph graph, long irVersion, Map<String, Long> opsets) {
    ModelProto header =
        ModelProto.newBuilder().setIrVersion(irVersion).setProducerName("modelfleet").build();
    OnnxModel model = new OnnxModel(header, graph);
    model.opsets.putAll(opsets);
    return model;
  }

  /** A model whose changes do not touch this one. */
  public OnnxModel copy() {
    OnnxModel copy = new OnnxModel(header, graph.copy());
    copy.opsets.putAll(opsets);
    copy.irVersion = irVersion;
    return copy;
  }

  /** The same model with another graph, as yet in no file. */
  public OnnxModel withGraph(Graph other) {
    OnnxModel copy = new OnnxModel(header, other);
    copy.opsets.putAll(opsets);
    copy.irVersion = irVersion;
    return copy;
  }

  /**
   * Writes {@code model.onnx}, and {@code model.onnx.data} where it would exceed 2 GB, into a
   * directory. Equal models give equal bytes.
   *
   * @return path of the model file, which {@link #file} gives from now on
   */
  public Path save(Path directory) {
    try {
      Files.createDirectories(directory);
      Path written = ModelFile.write(currentHeader(), graph, directory);
      Path data = directory.resolve(ModelFile.DATA_NAME);
      this.fileBytes = Files.size(written) + (Files.exists(data) ? Files.size(data) : 0);
      this.file = written;
      return written;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the model to " + directory, e);
    }
  }

  /** The model in memory, without external data; at most 2 GB. */
  public byte[] toBytes() {
    return ModelFile.toBytes(currentHeader(), graph);
  }

  /**
   * The model in memory without the data of its large constants, for an engine that is given it
   * otherwise; see {@link dev.modelfleet.compression.runtime.ModelInMemory}.
   *
   * @param inFiles names of those constants that the engine is to read from {@link
   *     dev.modelfleet.compression.graph.Tensor#directory their files}
   */
  public byte[] toBytesWithoutData(Set<String> inFiles) {
    return ModelFile.toBytesWithoutData(currentHeader(), graph, inFiles);
  }

  private ModelProto currentHeader() {
    ModelProto.Builder current = header.toBuilder().setIrVersion(irVersion).clearOpsetImport();
    opsets.forEach(
        (domain, version) ->
            current.addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version)));
    return current.build();
  }

  /** File that the model was read from or last written to; none for one that exists in memory. */
  public Optional<Path> file() {
    return Optional.ofNullable(file);
  }

  /** Bytes on disk with external data. */
  public long sizeBytes() {
    return file != null ? fileBytes : ModelFile.size(currentHeader(), graph);
  }

  /** Graph inputs in order, without those that a constant gives a value. */
  public List<VariantManifest.Tensor> inputs() {
    return graph.inputs().stream().map(OnnxModel::signature).toList();
  }

  /** Graph outputs in order. */
  public List<VariantManifest.Tensor> outputs() {
    return graph.outputs().stream().map(OnnxModel::signature).toList();
  }

  private static VariantManifest.Tensor signature(ValueInfoProto value) {
    TypeProto type = value.getType();
    if (!type.hasTensorType()) {
      throw new CompressionException(
          FailureReason.INVALID_MODEL,
          "%s is not a tensor but a %s: only tensors can go in or out of a served model"
              .formatted(value.getName(), type.getValueCase()));
    }
    List<Long> shape =
        type.getTensorType().getShape().getDimList().stream().map(OnnxModel::dimension).toList();
    return new VariantManifest.Tensor(
        value.getName(), ElementType.ofCode(type.getTensorType().getElemType()).datatype(), shape);
  }

  private static Long dimension(TensorShapeProto.Dimension dimension) {
    return dimension.hasDimValue() ? dimension.getDimValue() : -1L;
  }

  /** Version of the file format. */
  public long irVersion() {
    return irVersion;
  }

  /** Version of the default operator set. */
  public long opset() {
    return opsets.getOrDefault("", 1L);
  }

  /** Versions of all operator sets; the default one has the empty name. */
  public Map<String, Long> opsets() {
    return Map.copyOf(opsets);
  }

  /** Declares an operator set, and the format version that it needs at least. */
  public void setOpset(String domain, long version, long minIrVersion) {
    opsets.put(domain, version);
    irVersion = Math.max(irVersion, minIrVersion);
    file = null;
  }

  /** The graph, which transforms edit. */
  public Graph graph() {
    return graph;
  }
}
