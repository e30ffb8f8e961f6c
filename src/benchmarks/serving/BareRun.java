import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The lower bound of serving: {@code OrtSession.run} in a loop with the server's thread settings,
 * inputs in direct buffers, each output copied once. Arguments: model, threads, concurrent runs,
 * batch, tokens, runs. Prints p50 and p99 in microseconds and runs per second.
 */
public final class BareRun {

  public static void main(String[] args) throws Exception {
    int threads = Integer.parseInt(args[1]);
    int concurrent = Integer.parseInt(args[2]);
    long[] shape = {Long.parseLong(args[3]), Long.parseLong(args[4])};
    int runs = Integer.parseInt(args[5]) / concurrent;
    var pool = new OrtEnvironment.ThreadingOptions();
    pool.setGlobalIntraOpNumThreads(threads);
    pool.setGlobalInterOpNumThreads(1);
    pool.setGlobalSpinControl(false);
    var environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "bare", pool);
    var options = new OrtSession.SessionOptions();
    options.disablePerSessionThreads();
    OrtSession session = environment.createSession(args[0], options);
    loop(environment, session, shape, 50);
    long[][] nanos = new long[concurrent][];
    Thread[] callers = new Thread[concurrent];
    long start = System.nanoTime();
    for (int i = 0; i < concurrent; i++) {
      int caller = i;
      callers[i] =
          Thread.ofPlatform().start(() -> nanos[caller] = loop(environment, session, shape, runs));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long[] all = Arrays.stream(nanos).flatMapToLong(Arrays::stream).sorted().toArray();
    System.out.printf(
        "{\"p50_us\": %.0f, \"p99_us\": %.0f, \"per_second\": %.1f}%n",
        all[all.length / 2] / 1e3, all[(int) (all.length * 0.99)] / 1e3, all.length / seconds);
  }

  private static long[] loop(OrtEnvironment environment, OrtSession session, long[] shape, int runs) {
    try {
      int elements = (int) (shape[0] * shape[1]);
      long[] nanos = new long[runs];
      for (int run = 0; run < runs; run++) {
        long start = System.nanoTime();
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        for (String name : session.getInputNames()) {
          ByteBuffer data =
              ByteBuffer.allocateDirect(elements * Long.BYTES).order(ByteOrder.nativeOrder());
          for (int i = 0; i < elements; i++) {
            long token = 1000 + (i * 7919L) % 20000;
            data.putLong(name.equals("input_ids") ? token : name.equals("attention_mask") ? 1 : 0);
          }
          data.flip();
          inputs.put(name, OnnxTensor.createTensor(environment, data, shape, OnnxJavaType.INT64));
        }
        try (var result = session.run(inputs)) {
          ((OnnxTensor) result.get(0)).getByteBuffer();
        }
        inputs.values().forEach(OnnxTensor::close);
        nanos[run] = System.nanoTime() - start;
      }
      return nanos;
    } catch (ai.onnxruntime.OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
