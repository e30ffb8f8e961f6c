package dev.modelfleet.runtime.serve.model;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import dev.modelfleet.runtime.serve.protocol.TensorSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * A model in ONNX Runtime. Runs may overlap; closing must wait for them, as ONNX Runtime does not.
 */
final class OrtModel implements AutoCloseable {

  /**
   * What a run gave.
   *
   * @param outputs in the order asked for
   * @param inputNanos time for the engine's input tensors
   * @param inferNanos time in the engine
   * @param outputNanos time for the response's tensors
   */
  record Run(List<Tensor> outputs, long inputNanos, long inferNanos, long outputNanos) {}

  private final OrtEnvironment environment;
  private final OrtSession.SessionOptions options;
  private final OrtSession session;
  private final List<TensorSpec> inputs;
  private final List<TensorSpec> outputs;
  private final OutputShapes outputShapes = new OutputShapes();
  private final String provider;
  private String fallbackReason = "";

  private OrtModel(
      OrtEnvironment environment,
      OrtSession.SessionOptions options,
      OrtSession session,
      String provider)
      throws OrtException, ModelLoadException {
    this.provider = provider;
    this.environment = environment;
    this.options = options;
    this.session = session;
    this.inputs = specs("input", session.getInputInfo().values());
    this.outputs = specs("output", session.getOutputInfo().values());
    for (TensorSpec input : inputs) {
      if (OrtTypes.inputType(input.datatype()).isEmpty()) {
        throw new ModelLoadException(
            "input '%s' has datatype %s, which ONNX Runtime's Java API can't be given; insert a Cast after an input of another type"
                .formatted(input.name(), input.datatype()));
      }
    }
  }

  /**
   * Loads a model with the declared execution provider, or, where that fails and a fallback is
   * declared, with that.
   *
   * @throws ModelLoadException where ONNX Runtime refuses it or its types can't be served
   */
  static OrtModel load(Path file, EngineOptions engine) throws ModelLoadException {
    String fallback = engine.fallback();
    if (fallback == null || fallback.equalsIgnoreCase(engine.provider())) {
      return load(file, engine, engine.provider());
    }
    try {
      return load(file, engine, engine.provider());
    } catch (ModelLoadException e) {
      OrtModel model = load(file, engine, fallback);
      model.fallbackReason = e.getMessage();
      return model;
    }
  }

  private static OrtModel load(Path file, EngineOptions engine, String provider)
      throws ModelLoadException {
    OrtRuntime runtime = OrtRuntime.get(engine);
    OrtSession.SessionOptions options = null;
    OrtSession session = null;
    OrtModel model = null;
    try {
      options = runtime.sessionOptions(engine);
      ExecutionProviders.add(provider, engine.plugins(), runtime.environment(), options);
      session = runtime.environment().createSession(file.toString(), options);
      model = new OrtModel(runtime.environment(), options, session, provider);
      return model;
    } catch (OrtException e) {
      throw new ModelLoadException(
          "ONNX Runtime can't load %s: %s".formatted(file, OrtErrors.text(e)), e);
    } finally {
      if (model == null) {
        close(session, options);
      }
    }
  }

  /** The execution provider that runs it. */
  String provider() {
    return provider;
  }

  /** Why that is the fallback; empty where it is the declared one. */
  String fallbackReason() {
    return fallbackReason;
  }

  List<TensorSpec> inputs() {
    return inputs;
  }

  List<TensorSpec> outputs() {
    return outputs;
  }

  /**
   * Runs the model once.
   *
   * @param given every input once; their memory must live until the return
   * @param wanted names of outputs
   */
  Run run(List<Tensor> given, Collection<String> wanted) throws OrtException {
    long start = System.nanoTime();
    Map<String, OnnxTensor> native_ = new LinkedHashMap<>();
    try {
      for (Tensor tensor : given) {
        native_.put(tensor.name(), OrtTensors.toOrt(tensor, environment));
      }
      long built = System.nanoTime();
      List<TensorSpec> specs = given.stream().map(Tensor::spec).toList();
      List<TensorSpec> expected = outputShapes.expected(specs, wanted);
      if (expected.isEmpty()) {
        return runAndCopy(native_, specs, wanted, built - start);
      }
      try {
        return runInPlace(native_, expected, built - start);
      } catch (OrtException e) {
        // Either the values are bad, which this run will find out as well, or the shapes were
        // other.
        Run run = runAndCopy(native_, specs, wanted, built - start);
        outputShapes.giveUp();
        return run;
      }
    } finally {
      native_.values().forEach(OnnxTensor::close);
    }
  }

  /** Runs into memory of the engine, copies the outputs and remembers their shapes. */
  private Run runAndCopy(
      Map<String, OnnxTensor> given,
      List<TensorSpec> specs,
      Collection<String> wanted,
      long inputNanos)
      throws OrtException {
    long start = System.nanoTime();
    try (OrtSession.Result result = session.run(given, new LinkedHashSet<>(wanted))) {
      long ran = System.nanoTime();
      List<Tensor> results = new ArrayList<>(wanted.size());
      for (Map.Entry<String, OnnxValue> output : result) {
        results.add(OrtTensors.fromOrt(output.getKey(), (OnnxTensor) output.getValue()));
      }
      outputShapes.learn(specs, wanted, results);
      return new Run(results, inputNanos, ran - start, System.nanoTime() - ran);
    }
  }

  /** Runs into memory that can be sent as it is. */
  private Run runInPlace(Map<String, OnnxTensor> given, List<TensorSpec> expected, long inputNanos)
      throws OrtException {
    long start = System.nanoTime();
    List<Tensor> results = new ArrayList<>(expected.size());
    Map<String, OnnxTensor> native_ = new LinkedHashMap<>();
    boolean complete = false;
    try {
      for (TensorSpec output : expected) {
        Tensor tensor = OrtTensors.empty(output);
        results.add(tensor);
        native_.put(output.name(), OrtTensors.toOrt(tensor, environment));
      }
      long allocated = System.nanoTime();
      session.run(given, native_).close();
      complete = true;
      return new Run(results, inputNanos, System.nanoTime() - allocated, allocated - start);
    } finally {
      native_.values().forEach(OnnxTensor::close);
      if (!complete) {
        results.forEach(Tensor::release);
      }
    }
  }

  @Override
  public void close() {
    close(session, options);
  }

  private static void close(OrtSession session, OrtSession.SessionOptions options) {
    try {
      if (session != null) {
        session.close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime could not close a session", e);
    } finally {
      if (options != null) {
        options.close();
      }
    }
  }

  private static List<TensorSpec> specs(String kind, Collection<NodeInfo> nodes)
      throws ModelLoadException {
    List<TensorSpec> specs = new ArrayList<>();
    for (NodeInfo node : nodes) {
      if (!(node.getInfo() instanceof TensorInfo info)) {
        throw new ModelLoadException(
            "%s '%s' is not a tensor; the protocol serves tensors only"
                .formatted(kind, node.getName()));
      }
      DataType type =
          OrtTypes.dataType(info.onnxType)
              .orElseThrow(
                  () ->
                      new ModelLoadException(
                          "%s '%s' has type %s, which the protocol does not have"
                              .formatted(kind, node.getName(), info.onnxType)));
      specs.add(new TensorSpec(node.getName(), type, Shape.of(info.getShape())));
    }
    return List.copyOf(specs);
  }
}
