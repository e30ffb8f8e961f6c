package dev.modelfleet.runtime.serve.model;

import ai.onnxruntime.OrtException;
import dev.modelfleet.runtime.serve.metrics.ModelStatistics;
import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.InferRequest;
import dev.modelfleet.runtime.serve.protocol.InferResponse;
import dev.modelfleet.runtime.serve.protocol.ModelMetadata;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.RequestedOutput;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import dev.modelfleet.runtime.serve.protocol.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Runs requests on the model, alone or joined, and answers each. */
final class ModelRunner {

  private final OrtModel engine;
  private final ModelMetadata metadata;
  private final ModelStatistics statistics;
  private final ServingOptions options;
  private final List<String> allOutputs;

  ModelRunner(
      OrtModel engine, ModelMetadata metadata, ModelStatistics statistics, ServingOptions options) {
    this.engine = engine;
    this.metadata = metadata;
    this.statistics = statistics;
    this.options = options;
    this.allOutputs = metadata.outputs().stream().map(TensorSpec::name).toList();
  }

  /** Answers all of them; never throws. */
  void run(List<Pending> batch) {
    long start = System.nanoTime();
    List<Pending> inTime = new ArrayList<>(batch.size());
    for (Pending pending : batch) {
      if (pending.isExpired(start)) {
        expire(pending);
      } else {
        inTime.add(pending);
      }
    }
    if (inTime.size() == 1) {
      runAlone(inTime.getFirst(), start);
    } else if (!inTime.isEmpty()) {
      runJoined(inTime, start);
    }
  }

  private void runAlone(Pending pending, long start) {
    List<InferResponse> response;
    try {
      response = compute(List.of(pending), start);
    } catch (OrtException e) {
      fail(pending, OrtErrors.ofRun(e));
      return;
    } catch (ProtocolException e) {
      fail(pending, e);
      return;
    } catch (OutOfMemoryError e) {
      fail(pending, outOfMemory());
      return;
    } catch (RuntimeException e) {
      // The thread must go on with the next request, whatever one of them brings to light.
      fail(pending, new ProtocolException(ErrorCode.INTERNAL, "internal error: " + e));
      return;
    }
    answer(pending, response.getFirst());
  }

  /** One request's bad values, or memory for all at once, must not fail the others. */
  private void runJoined(List<Pending> batch, long start) {
    List<InferResponse> responses;
    try {
      responses = compute(batch, start);
    } catch (OrtException | RuntimeException | OutOfMemoryError e) {
      batch.forEach(pending -> runAlone(pending, start));
      return;
    }
    for (int i = 0; i < batch.size(); i++) {
      answer(batch.get(i), responses.get(i));
    }
  }

  private void answer(Pending pending, InferResponse response) {
    pending.request().close();
    try {
      pending.completion().succeeded(response);
    } catch (OutOfMemoryError e) {
      pending.completion().failed(outOfMemory());
    }
  }

  private static ProtocolException outOfMemory() {
    return new ProtocolException(ErrorCode.OVERLOADED, "out of memory for this request");
  }

  private List<InferResponse> compute(List<Pending> batch, long start) throws OrtException {
    int items = batch.stream().mapToInt(Pending::items).sum();
    OrtModel.Run run = execute(batch, items);
    List<List<InferResponse.Output>> outputs = outputs(batch, run.outputs(), items);
    ModelStatistics.Execution execution =
        new ModelStatistics.Execution(run.inputNanos(), run.inferNanos(), run.outputNanos());
    statistics.executed(items, execution);
    List<InferResponse> responses = new ArrayList<>(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      Pending pending = batch.get(i);
      long end = System.nanoTime();
      statistics.succeeded(end - pending.arrivedNanos(), start - pending.arrivedNanos(), execution);
      responses.add(
          new InferResponse(
              metadata.name(),
              metadata.version(),
              pending.request().id(),
              outputs.get(i),
              new InferResponse.Timing(pending.arrivedNanos(), start, end)));
    }
    return responses;
  }

  private OrtModel.Run execute(List<Pending> batch, int items) throws OrtException {
    int size = options.batching().padded(items);
    if (batch.size() == 1 && size == items) {
      InferRequest request = batch.getFirst().request();
      return engine.run(request.inputs(), wanted(request));
    }
    List<Tensor> joined = new ArrayList<>(metadata.inputs().size());
    try {
      for (TensorSpec input : metadata.inputs()) {
        joined.add(
            BatchTensors.join(
                batch.stream().map(pending -> pending.request().input(input.name())).toList(),
                size));
      }
      Set<String> wanted = new LinkedHashSet<>();
      batch.forEach(pending -> wanted.addAll(wanted(pending.request())));
      return engine.run(joined, wanted);
    } finally {
      joined.forEach(Tensor::release);
    }
  }

  private List<String> wanted(InferRequest request) {
    return request.outputs().isEmpty()
        ? allOutputs
        : request.outputs().stream().map(RequestedOutput::name).toList();
  }

  /** The outputs of each request. Takes the tensors over. */
  private List<List<InferResponse.Output>> outputs(
      List<Pending> batch, List<Tensor> tensors, int items) {
    if (batch.size() == 1 && options.batching().padded(items) == items) {
      return List.of(outputs(batch.getFirst().request(), tensors));
    }
    List<List<Tensor>> parts = new ArrayList<>();
    batch.forEach(pending -> parts.add(new ArrayList<>()));
    List<Integer> sizes = batch.stream().map(Pending::items).toList();
    try {
      for (Tensor tensor : tensors) {
        List<Tensor> split = BatchTensors.split(tensor, options.batching().padded(items), sizes);
        for (int i = 0; i < batch.size(); i++) {
          parts.get(i).add(split.get(i));
        }
      }
    } finally {
      tensors.forEach(Tensor::release);
    }
    List<List<InferResponse.Output>> outputs = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      outputs.add(outputs(batch.get(i).request(), parts.get(i)));
    }
    return outputs;
  }

  private static List<InferResponse.Output> outputs(InferRequest request, List<Tensor> tensors) {
    if (request.outputs().isEmpty()) {
      return tensors.stream()
          .map(tensor -> new InferResponse.Output(tensor, request.binaryOutputs()))
          .toList();
    }
    Map<String, Tensor> byName =
        tensors.stream().collect(Collectors.toMap(Tensor::name, Function.identity()));
    List<InferResponse.Output> outputs = new ArrayList<>(request.outputs().size());
    for (RequestedOutput requested : request.outputs()) {
      Tensor tensor = byName.remove(requested.name());
      outputs.add(
          new InferResponse.Output(
              Classification.apply(tensor, requested.classification()), requested.binary()));
    }
    byName.values().forEach(Tensor::release);
    return outputs;
  }

  /** Refuses a request that has waited longer than it may, and closes it. */
  void expire(Pending pending) {
    fail(
        pending,
        new ProtocolException(
            ErrorCode.OVERLOADED, "the request's timeout passed while it waited"));
  }

  /** Refuses one request and closes it. */
  void fail(Pending pending, ProtocolException reason) {
    statistics.failed(System.nanoTime() - pending.arrivedNanos());
    pending.request().close();
    pending.completion().failed(reason);
  }
}
