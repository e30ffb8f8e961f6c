package dev.modelfleet.compression.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.tensor.TensorData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model loaded into ONNX Runtime. Inferences may run from several threads at once; {@link #close}
 * must not overlap with one.
 */
public final class ModelSession implements AutoCloseable {

  private final OrtSession.SessionOptions options;
  private final OrtSession session;
  private final List<OnnxTensor> borrowed;
  private final List<VariantManifest.Tensor> inputs;
  private final List<VariantManifest.Tensor> outputs;

  private ModelSession(
      OrtSession.SessionOptions options, OrtSession session, List<OnnxTensor> borrowed)
      throws OrtException {
    this.options = options;
    this.session = session;
    this.borrowed = borrowed;
    this.inputs = signature(session.getInputInfo());
    this.outputs = signature(session.getOutputInfo());
  }

  /**
   * Loads a model file; external data is found beside it.
   *
   * @throws CompressionException with INVALID_MODEL where ONNX Runtime refuses the model, with
   *     PROVIDER_UNAVAILABLE where the execution provider is not in this build of ONNX Runtime
   */
  public static ModelSession open(Path model, SessionOptions options) {
    if (!Files.isRegularFile(model)) {
      throw new CompressionException(
          FailureReason.INVALID_MODEL, model + " is not a file: give the path of an ONNX model");
    }
    return open(
        options,
        Weights.NONE,
        (env, native_) -> env.createSession(model.toString(), native_),
        model.toString());
  }

  /** Loads a model without external data from memory; for models that exist only there. */
  public static ModelSession open(byte[] model, SessionOptions options) {
    return open(model, Weights.NONE, options);
  }

  /**
   * Large weights that are not in the model that is loaded but used where they are; in the model
   * each is marked as external data.
   *
   * @param inMemory values in direct buffers, by name
   * @param directory of the files that the others are in; null for none
   */
  record Weights(Map<String, TensorData> inMemory, Path directory) {

    static final Weights NONE = new Weights(Map.of(), null);

    boolean isEmpty() {
      return inMemory.isEmpty() && directory == null;
    }
  }

  /** Loads a model from memory whose large weights are elsewhere. */
  static ModelSession open(byte[] model, Weights weights, SessionOptions options) {
    return open(options, weights, (env, native_) -> env.createSession(model, native_), "the model");
  }

  private interface Loader {
    OrtSession load(OrtEnvironment environment, OrtSession.SessionOptions options)
        throws OrtException;
  }

  private static ModelSession open(
      SessionOptions options, Weights weights, Loader loader, String what) {
    Telemetry.turnOff();
    OrtSession.SessionOptions nativeOptions = NativeOptions.create(options);
    List<OnnxTensor> borrowed = new ArrayList<>();
    OrtSession session = null;
    try {
      if (!weights.isEmpty()) {
        NativeOptions.spareMemory(nativeOptions);
      }
      if (weights.directory() != null) {
        NativeOptions.readWeightsFrom(nativeOptions, weights.directory());
      }
      nativeOptions.addExternalInitializers(borrow(weights.inMemory(), borrowed));
      session = loader.load(environment(), nativeOptions);
      return new ModelSession(nativeOptions, session, borrowed);
    } catch (OrtException e) {
      close(session, nativeOptions, borrowed);
      throw new CompressionException(
          FailureReason.INVALID_MODEL, what + " does not load: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      close(session, nativeOptions, borrowed);
      throw e;
    }
  }

  private static Map<String, OnnxTensorLike> borrow(
      Map<String, TensorData> weights, List<OnnxTensor> borrowed) throws OrtException {
    Map<String, OnnxTensorLike> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, TensorData> weight : weights.entrySet()) {
      OnnxTensor tensor = NativeTensors.create(environment(), weight.getValue());
      borrowed.add(tensor);
      tensors.put(weight.getKey(), tensor);
    }
    return tensors;
  }

  static OrtEnvironment environment() {
    return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "modelfleet");
  }

  /** Graph inputs in the model's order. */
  public List<VariantManifest.Tensor> inputs() {
    return inputs;
  }

  /** Graph outputs in the model's order. */
  public List<VariantManifest.Tensor> outputs() {
    return outputs;
  }

  /** Computes all outputs. */
  public Map<String, TensorData> run(Map<String, TensorData> values) {
    return run(values, session.getOutputNames());
  }

  /**
   * Computes the outputs asked for. Inputs in direct buffers are not copied.
   *
   * @return the outputs by name, in heap memory, independent of the session
   * @throws CompressionException with DATASET_MISMATCH where ONNX Runtime refuses the inputs, with
   *     INTERNAL_ERROR where it fails otherwise
   */
  public Map<String, TensorData> run(Map<String, TensorData> values, Set<String> outputNames) {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, TensorData> value : values.entrySet()) {
        tensors.put(value.getKey(), NativeTensors.create(environment(), value.getValue()));
      }
      try (OrtSession.Result result = session.run(tensors, outputNames)) {
        Map<String, TensorData> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, OnnxValue> entry : result) {
          outputs.put(entry.getKey(), NativeTensors.read(entry.getKey(), entry.getValue()));
        }
        return outputs;
      }
    } catch (OrtException e) {
      boolean badInput = e.getCode() == OrtException.OrtErrorCode.ORT_INVALID_ARGUMENT;
      throw new CompressionException(
          badInput ? FailureReason.DATASET_MISMATCH : FailureReason.INTERNAL_ERROR,
          "inference with inputs " + values + " failed: " + e.getMessage(),
          e);
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  @Override
  public void close() {
    close(session, options, borrowed);
  }

  private static void close(
      OrtSession session, OrtSession.SessionOptions options, List<OnnxTensor> borrowed) {
    try {
      if (session != null) {
        session.close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime could not release the session", e);
    } finally {
      options.close();
      borrowed.forEach(OnnxTensor::close);
    }
  }

  private static List<VariantManifest.Tensor> signature(Map<String, NodeInfo> infos) {
    List<VariantManifest.Tensor> tensors = new ArrayList<>();
    for (NodeInfo info : infos.values()) {
      if (!(info.getInfo() instanceof TensorInfo tensor)) {
        throw new CompressionException(
            FailureReason.INVALID_MODEL,
            "%s is a %s: only tensors can go in or out of a served model"
                .formatted(info.getName(), info.getInfo()));
      }
      List<Long> shape = Arrays.stream(tensor.getShape()).boxed().toList();
      tensors.add(
          new VariantManifest.Tensor(
              info.getName(), NativeTensors.type(tensor.onnxType).datatype(), shape));
    }
    return List.copyOf(tensors);
  }
}
