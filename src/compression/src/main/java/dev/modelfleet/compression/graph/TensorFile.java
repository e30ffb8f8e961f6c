package dev.modelfleet.compression.graph;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.onnx.TensorProto;
import dev.modelfleet.compression.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A tensor in a file of its own, as ONNX test data has them.
 *
 * @param name may be empty
 * @param values its elements
 */
public record TensorFile(String name, TensorData values) {

  private static final long MAX_BYTES = 1L << 30;

  /**
   * Reads a TensorProto.
   *
   * @throws CompressionException with DATASET_MISMATCH where the file is none
   */
  public static TensorFile read(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw mismatch(file, "is larger than 1 GiB", null);
    }
    try {
      TensorProto proto = TensorProto.parseFrom(Files.readAllBytes(file));
      return new TensorFile(proto.getName(), GraphReader.constant(proto).asTensorData());
    } catch (InvalidProtocolBufferException e) {
      throw mismatch(file, "is not an ONNX TensorProto: " + e.getMessage(), e);
    } catch (CompressionException e) {
      throw mismatch(file, "is not a readable ONNX TensorProto: " + e.getMessage(), e);
    }
  }

  private static CompressionException mismatch(Path file, String problem, Exception cause) {
    return new CompressionException(FailureReason.DATASET_MISMATCH, file + " " + problem, cause);
  }
}
