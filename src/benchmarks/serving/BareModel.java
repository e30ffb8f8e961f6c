import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The lower bound of serving: {@code OrtSession.run} with the server's thread settings, inputs in
 * direct buffers and each output copied once.
 */
final class BareModel {

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final List<Input> inputs;

  BareModel(String file, int threads, List<Input> inputs) throws OrtException {
    var pool = new OrtEnvironment.ThreadingOptions();
    pool.setGlobalIntraOpNumThreads(threads);
    pool.setGlobalInterOpNumThreads(1);
    pool.setGlobalSpinControl(false);
    this.environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "bare", pool);
    var options = new OrtSession.SessionOptions();
    options.disablePerSessionThreads();
    this.session = environment.createSession(file, options);
    this.inputs = inputs;
  }

  /** Runs once, on the caller's thread; any number at a time. Gives the first output's bytes. */
  ByteBuffer run() throws OrtException {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      for (Input input : inputs) {
        OnnxJavaType type =
            input.datatype().equals("INT64") ? OnnxJavaType.INT64 : OnnxJavaType.FLOAT;
        var data = input.data().duplicate().order(ByteOrder.nativeOrder());
        tensors.put(
            input.name(), OnnxTensor.createTensor(environment, data, input.shape(), type));
      }
      try (var result = session.run(tensors)) {
        return ((OnnxTensor) result.get(0)).getByteBuffer();
      }
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }
}
