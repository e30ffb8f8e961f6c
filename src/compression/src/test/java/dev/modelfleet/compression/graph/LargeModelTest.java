package dev.modelfleet.compression.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.compression.LoadLimits;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.onnx.GraphProto;
import dev.modelfleet.compression.onnx.ModelProto;
import dev.modelfleet.compression.onnx.OperatorSetIdProto;
import dev.modelfleet.compression.onnx.StringStringEntryProto;
import dev.modelfleet.compression.onnx.TensorProto;
import dev.modelfleet.compression.runtime.ModelInMemory;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.simplify.Simplify;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.compression.transform.TransformContext;
import dev.modelfleet.compression.transform.ValueTypes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model of more than 2 GiB, whose weights are a file with nothing but holes and three numbers.
 */
class LargeModelTest {

  private static final int TABLES = 3;
  private static final long ROWS = 800_000;
  private static final long COLUMNS = 256;
  private static final long TABLE_BYTES = ROWS * COLUMNS * 4;
  private static final int LAST_ROW = (int) ROWS - 1;

  @TempDir Path directory;

  /** The last row of each table begins with the number of the table, from 1. */
  private void writeWeights() {
    try (RandomAccessFile file =
        new RandomAccessFile(directory.resolve("weights.bin").toFile(), "rw")) {
      file.setLength(TABLES * TABLE_BYTES);
      for (int table = 0; table < TABLES; table++) {
        file.seek(table * TABLE_BYTES + LAST_ROW * COLUMNS * 4);
        file.write(
            ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(table + 1).array());
      }
    } catch (IOException e) {
      String reason = "no room for a file with holes of 2.4 GB in " + directory + ": " + e;
      System.out.println("skipped: " + reason);
      Assumptions.abort(reason);
    }
  }

  private static StringStringEntryProto entry(String key, Object value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value.toString()).build();
  }

  /** {@code y} is the sum of the rows of all tables that {@code ids} names, less than zero. */
  private Path writeModel() throws IOException {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("tables");
    graph.addInput(ValueTypes.valueInfo("ids", ElementType.INT64, 1));
    graph.addOutput(ValueTypes.valueInfo("y", ElementType.FLOAT, 1, COLUMNS));
    for (int table = 0; table < TABLES; table++) {
      graph.addInitializer(
          TensorProto.newBuilder()
              .setName("t" + table)
              .setDataType(ElementType.FLOAT.code())
              .addDims(ROWS)
              .addDims(COLUMNS)
              .setDataLocation(TensorProto.DataLocation.EXTERNAL)
              .addExternalData(entry("location", "weights.bin"))
              .addExternalData(entry("offset", table * TABLE_BYTES))
              .addExternalData(entry("length", TABLE_BYTES)));
    }
    for (int table = 0; table < TABLES; table++) {
      graph.addNode(
          Node.of("Gather", "g" + table, List.of("t" + table, "ids"), List.of("r" + table))
              .toProto());
    }
    graph.addNode(Node.of("Sum", "sum", List.of("r0", "r1", "r2"), List.of("s")).toProto());
    graph.addNode(Node.of("Identity", "end", List.of("s"), List.of("e")).toProto());
    graph.addNode(Node.of("Neg", "negative", List.of("e"), List.of("y")).toProto());
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
            .setGraph(graph)
            .build();
    return Files.write(directory.resolve("model.onnx"), model.toByteArray());
  }

  private static float first(ModelSession session) {
    TensorData ids = TensorData.ofLongs(new long[] {LAST_ROW}, 1);
    return session.run(Map.of("ids", ids)).get("y").toFloats()[0];
  }

  @Test
  void isReadTransformedAndRunWhereItIs() throws IOException {
    writeWeights();
    OnnxModel model = OnnxModel.load(writeModel(), LoadLimits.DEFAULT);
    assertThat(model.sizeBytes()).isGreaterThan(2L << 30);

    new Simplify().apply(model, new TransformContext(null, Optional.empty(), 1));
    Graph graph = model.graph();

    assertThat(graph.nodes()).noneMatch(node -> node.is("Identity"));
    try (ModelSession session = ModelInMemory.open(model.withGraph(graph), SessionOptions.cpu(1))) {
      assertThat(first(session)).isEqualTo(-6);
    }
  }
}
