package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.dataset.NpyArray;
import dev.modelfleet.compression.runtime.Golden;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.runtime.serve.protocol.ByteStrings;
import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import dev.modelfleet.runtime.serve.protocol.TensorSpec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A variant's golden inputs and the outputs that its builder recorded, as the engine takes them.
 */
final class GoldenSamples implements AutoCloseable {

  private final Dataset dataset;
  private final int count;
  private final List<TensorSpec> inputs;
  private final List<TensorSpec> recorded;

  private GoldenSamples(Dataset dataset, int count, OrtModel engine) {
    this.dataset = dataset;
    this.count = count;
    this.inputs = engine.inputs();
    this.recorded =
        engine.outputs().stream()
            .filter(output -> dataset.names().contains(Golden.OUTPUT + output.name()))
            .toList();
  }

  /**
   * Opens those of a variant that has some.
   *
   * @param engine the variant's model, for the names and ranks of its tensors
   * @throws CompressionException where the file can't be read
   */
  static GoldenSamples open(VariantSource source, OrtModel engine) {
    Dataset dataset = Dataset.npz(source.goldenFile());
    return new GoldenSamples(dataset, source.manifest().golden().samples(), engine);
  }

  int count() {
    return count;
  }

  /** The model's outputs that were recorded. */
  List<TensorSpec> recorded() {
    return recorded;
  }

  /** The names of {@link #recorded}. */
  List<String> recordedNames() {
    return recorded.stream().map(TensorSpec::name).toList();
  }

  /** Every input of one sample; to be released. */
  List<Tensor> inputs(int sample) {
    return inputs.stream()
        .map(input -> tensor(Golden.INPUT, input.name(), sample, input.shape().rank()))
        .toList();
  }

  /** The inputs of every sample; to be released. */
  List<List<Tensor>> allInputs() {
    return IntStream.range(0, count).mapToObj(this::inputs).toList();
  }

  /** What the builder recorded of one sample; to be released. */
  Tensor output(String name, int sample, int rank) {
    return tensor(Golden.OUTPUT, name, sample, rank);
  }

  /** The sample's tensor; without the axis that counts samples where the model has none. */
  private Tensor tensor(String prefix, String name, int sample, int rank) {
    NpyArray array = dataset.array(prefix + name);
    TensorData data = array.slice(sample, array.rank() == rank);
    Shape shape = Shape.of(data.shape());
    if (data.type() == ElementType.STRING) {
      ByteBuf bytes = Unpooled.buffer();
      ByteStrings.encode(data.strings(), bytes);
      return new Tensor(name, DataType.BYTES, shape, bytes);
    }
    ByteBuffer values = data.data();
    ByteBuf direct = Unpooled.directBuffer(Math.max(1, values.remaining())).writeBytes(values);
    return new Tensor(name, DataType.of(data.type().datatype()), shape, direct);
  }

  @Override
  public void close() {
    dataset.close();
  }
}
