package dev.modelfleet.runtime.serve.model;

import ai.onnxruntime.OrtException;
import dev.modelfleet.artifact.ServeFailure;
import dev.modelfleet.compression.runtime.Similarity;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.runtime.serve.protocol.ByteStrings;
import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Runs a variant's golden inputs on the very session that is to serve, and compares. */
final class GoldenReplay {

  private static final int MIN_RUNS = 10;
  private static final int MAX_RUNS = 100;
  private static final int LATENCY_ROUNDS = 3;
  private static final long LATENCY_NANOS = 1_000_000_000L;

  private final OrtModel engine;
  private final GoldenSamples samples;
  private final List<String> compared;
  private double worstCosine = 1;
  private String worst = "";
  private int worstBatch;

  private GoldenReplay(OrtModel engine, GoldenSamples samples) {
    this.engine = engine;
    this.samples = samples;
    this.compared = samples.recordedNames();
  }

  /**
   * Replays all samples, each alone and, where requests are to be joined, in batches too: a model
   * whose items influence each other must not serve them together.
   *
   * @param minCosine smallest that the variant accepts
   * @param options largest batch that requests are joined to, and the budget of latency
   * @throws ModelLoadException where the samples do not fit the model, or an inference takes longer
   *     than the budget
   */
  static GoldenAgreement replay(
      OrtModel engine, GoldenSamples samples, double minCosine, ServingOptions options)
      throws OrtException, ModelLoadException {
    GoldenReplay replay = new GoldenReplay(engine, samples);
    GoldenAgreement agreement = replay.run(minCosine, options.batching().maxSize());
    if (agreement.agrees() && options.maxLatencyMillis() > 0) {
      replay.checkLatency(options.maxLatencyMillis());
    }
    return agreement;
  }

  private GoldenAgreement run(double minCosine, int maxBatchSize)
      throws OrtException, ModelLoadException {
    if (compared.isEmpty()) {
      throw new ModelLoadException(
          "golden file has no array output/<name> for any output of the model");
    }
    for (int sample = 0; sample < samples.count(); sample++) {
      replaySample(sample);
    }
    if (maxBatchSize > 1) {
      replayBatch(maxBatchSize);
    }
    return new GoldenAgreement(samples.count(), worstCosine, worst, worstBatch, minCosine);
  }

  /**
   * The session is warm by now: the samples were replayed already. A device that is busy for a
   * moment is not too slow, so one round of several within the budget is enough.
   */
  private void checkLatency(double maxMillis) throws OrtException, ModelLoadException {
    List<List<Tensor>> all = samples.allInputs();
    double best = Double.MAX_VALUE;
    for (int round = 0; round < LATENCY_ROUNDS && best > maxMillis; round++) {
      best = Math.min(best, p99Millis(all));
    }
    all.forEach(GoldenReplay::release);
    if (best > maxMillis) {
      throw new ModelLoadException(
          "an inference takes %.3g ms here (99th percentile with the golden inputs, the best of %d rounds), at most %s ms are allowed: this device is slower or busier than the one that the variant was proven on"
              .formatted(best, LATENCY_ROUNDS, maxMillis),
          ServeFailure.Reason.LATENCY_ABOVE_BUDGET);
    }
  }

  private double p99Millis(List<List<Tensor>> all) throws OrtException {
    List<Long> nanos = new ArrayList<>();
    long end = System.nanoTime() + LATENCY_NANOS;
    while (nanos.size() < MIN_RUNS || (nanos.size() < MAX_RUNS && System.nanoTime() < end)) {
      long start = System.nanoTime();
      release(engine.run(all.get(nanos.size() % all.size()), compared).outputs());
      nanos.add(System.nanoTime() - start);
    }
    Collections.sort(nanos);
    return nanos.get((int) Math.ceil(nanos.size() * 0.99) - 1) / 1e6;
  }

  private void replaySample(int sample) throws OrtException {
    List<Tensor> inputs = samples.inputs(sample);
    List<Tensor> outputs = engine.run(inputs, compared).outputs();
    outputs.forEach(actual -> compare(actual, sample, 0));
    release(inputs);
    release(outputs);
  }

  private void compare(Tensor actual, int sample, int batch) {
    Tensor expected = samples.output(actual.name(), sample, actual.shape().rank());
    double cosine = similarity(actual, expected);
    expected.release();
    if (cosine < worstCosine) {
      worstCosine = cosine;
      worst = "output '%s' of sample %d".formatted(actual.name(), sample);
      worstBatch = batch;
    }
  }

  /** Samples of the first one's shape, over and over, in one batch of the largest size. */
  private void replayBatch(int maxBatchSize) throws OrtException {
    List<List<Tensor>> all = samples.allInputs();
    List<Integer> alike =
        IntStream.range(0, all.size())
            .filter(sample -> shapes(all.get(sample)).equals(shapes(all.getFirst())))
            .boxed()
            .toList();
    int itemsOfSample = (int) all.getFirst().getFirst().shape().dimension(0);
    int count = Math.max(1, maxBatchSize / Math.max(1, itemsOfSample));
    List<Integer> batch =
        IntStream.range(0, count).mapToObj(i -> alike.get(i % alike.size())).toList();
    int items = count * itemsOfSample;
    List<Tensor> joined = new ArrayList<>();
    for (int input = 0; input < engine.inputs().size(); input++) {
      int index = input;
      List<Tensor> parts = batch.stream().map(sample -> all.get(sample).get(index)).toList();
      joined.add(BatchTensors.join(parts, items));
    }
    all.forEach(GoldenReplay::release);
    List<Tensor> outputs;
    try {
      outputs = engine.run(joined, compared).outputs();
    } finally {
      release(joined);
    }
    for (Tensor output : outputs) {
      List<Integer> sizes = Collections.nCopies(count, itemsOfSample);
      List<Tensor> split = BatchTensors.split(output, items, sizes);
      for (int i = 0; i < count; i++) {
        compare(split.get(i), batch.get(i), items);
      }
      release(split);
    }
    release(outputs);
  }

  private static void release(List<Tensor> tensors) {
    tensors.forEach(Tensor::release);
  }

  private static List<Shape> shapes(List<Tensor> tensors) {
    return tensors.stream().map(Tensor::shape).toList();
  }

  /** As the builder compares: a result that is not finite or of another shape is like nothing. */
  private static double similarity(Tensor actual, Tensor expected) {
    if (!actual.shape().equals(expected.shape()) || actual.datatype() != expected.datatype()) {
      return 0;
    }
    TensorData a = data(actual);
    TensorData b = data(expected);
    if (!a.type().isFloat()) {
      return Similarity.equalFraction(a, b);
    }
    float[] values = a.toFloats();
    return Similarity.isFinite(values) ? Similarity.cosine(values, b.toFloats()) : 0;
  }

  private static TensorData data(Tensor tensor) {
    long[] shape = tensor.shape().toArray();
    return tensor.datatype() == DataType.BYTES
        ? TensorData.ofStrings(shape, List.of(ByteStrings.decode(tensor)))
        : TensorData.of(
            ElementType.ofDatatype(tensor.datatype().name()), shape, tensor.data().nioBuffer());
  }
}
