package dev.modelfleet.runtime.serve.model;

import ai.onnxruntime.OrtException;
import dev.modelfleet.runtime.serve.metrics.ModelStatistics;
import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.InferRequest;
import dev.modelfleet.runtime.serve.protocol.InferResponse;
import dev.modelfleet.runtime.serve.protocol.ModelMetadata;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.RequestCheck;
import dev.modelfleet.runtime.serve.protocol.RequestedOutput;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import dev.modelfleet.runtime.serve.protocol.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/** One loaded version of a model with its queue and threads. */
public final class ServedModel implements AutoCloseable {

  private final OrtModel engine;
  private final ModelMetadata metadata;
  private final ModelStatistics statistics = new ModelStatistics();
  private final Scheduler scheduler;
  private final List<String> allOutputs;

  ServedModel(OrtModel engine, ModelMetadata metadata, ServingOptions options) {
    this.engine = engine;
    this.metadata = metadata;
    this.allOutputs = metadata.outputs().stream().map(TensorSpec::name).toList();
    this.scheduler =
        new Scheduler(metadata.name(), options.instances(), options.queueLimit(), this::run);
  }

  public ModelMetadata metadata() {
    return metadata;
  }

  public ModelStatistics statistics() {
    return statistics;
  }

  /** Requests that wait for their turn. */
  public int queueDepth() {
    return scheduler.depth();
  }

  /**
   * Takes a request over: it is answered through {@code completion} and closed in any case.
   *
   * @param arrivedNanos {@link System#nanoTime} at which all of it had arrived
   * @return false where this version is on its way out and did not take the request
   */
  boolean infer(InferRequest request, long arrivedNanos, Completion completion) {
    Pending pending = new Pending(request, arrivedNanos, completion);
    try {
      RequestCheck.check(request, metadata);
      return scheduler.offer(pending);
    } catch (ProtocolException e) {
      fail(pending, e);
      return true;
    }
  }

  private void run(Pending pending) {
    InferResponse response;
    try {
      response = compute(pending);
    } catch (OrtException e) {
      fail(pending, OrtErrors.ofRun(e));
      return;
    } catch (ProtocolException e) {
      fail(pending, e);
      return;
    } catch (OutOfMemoryError e) {
      fail(pending, new ProtocolException(ErrorCode.OVERLOADED, "out of memory for this request"));
      return;
    } catch (RuntimeException e) {
      // The thread must go on with the next request, whatever one of them brings to light.
      fail(pending, new ProtocolException(ErrorCode.INTERNAL, "internal error: " + e));
      return;
    }
    pending.request().close();
    pending.completion().succeeded(response);
  }

  private InferResponse compute(Pending pending) throws OrtException {
    InferRequest request = pending.request();
    long start = System.nanoTime();
    if (pending.isExpired(start)) {
      throw new ProtocolException(
          ErrorCode.OVERLOADED, "the request's timeout passed while it waited");
    }
    OrtModel.Run run = engine.run(request.inputs(), wanted(request));
    List<InferResponse.Output> outputs = outputs(request, run.outputs());
    ModelStatistics.Execution execution =
        new ModelStatistics.Execution(run.inputNanos(), run.inferNanos(), run.outputNanos());
    statistics.executed(1, execution);
    statistics.succeeded(
        System.nanoTime() - pending.arrivedNanos(), start - pending.arrivedNanos(), execution);
    return new InferResponse(metadata.name(), metadata.version(), request.id(), outputs);
  }

  private List<String> wanted(InferRequest request) {
    return request.outputs().isEmpty()
        ? allOutputs
        : request.outputs().stream().map(RequestedOutput::name).toList();
  }

  private static List<InferResponse.Output> outputs(InferRequest request, List<Tensor> tensors) {
    List<InferResponse.Output> outputs = new ArrayList<>(tensors.size());
    for (int i = 0; i < tensors.size(); i++) {
      if (request.outputs().isEmpty()) {
        outputs.add(new InferResponse.Output(tensors.get(i), request.binaryOutputs()));
      } else {
        RequestedOutput requested = request.outputs().get(i);
        Tensor tensor = Classification.apply(tensors.get(i), requested.classification());
        outputs.add(new InferResponse.Output(tensor, requested.binary()));
      }
    }
    return outputs;
  }

  private void fail(Pending pending, ProtocolException reason) {
    statistics.failed(System.nanoTime() - pending.arrivedNanos());
    pending.request().close();
    pending.completion().failed(reason);
  }

  /** Answers what was taken, then frees the engine. */
  @Override
  public void close() {
    scheduler.close();
    engine.close();
  }
}
