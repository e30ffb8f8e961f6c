import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Golden inputs for a benchmark's variant: the inputs that are asked with, and the model's first
 * output of them. Arguments: the model's file, inputs as {@link Input#parseAll} reads them, the
 * .npz file to write.
 */
public final class Golden {

  /** Of NumPy's format, version 1.0: what comes before the length of the header. */
  private static final byte[] NPY = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

  private static final int HEADER_END = 128;

  private Golden() {}

  /** Runs the model once and writes the file. */
  public static void main(String[] args) throws Exception {
    List<Input> inputs = Input.parseAll(args[1]);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    for (Input input : inputs) {
      OnnxJavaType type =
          input.datatype().equals("INT64") ? OnnxJavaType.INT64 : OnnxJavaType.FLOAT;
      ByteBuffer data = input.data().duplicate().order(ByteOrder.nativeOrder());
      tensors.put(input.name(), OnnxTensor.createTensor(environment, data, input.shape(), type));
    }
    try (OrtSession session = environment.createSession(args[0]);
        OrtSession.Result result = session.run(tensors);
        ZipOutputStream file = new ZipOutputStream(Files.newOutputStream(Path.of(args[2])))) {
      for (Input input : inputs) {
        String type = input.datatype().equals("INT64") ? "<i8" : "<f4";
        write(file, "input/" + input.name(), type, input.shape(), input.data().duplicate());
      }
      OnnxTensor output = (OnnxTensor) result.get(0);
      String name = session.getOutputNames().iterator().next();
      write(file, "output/" + name, "<f4", output.getInfo().getShape(), output.getByteBuffer());
    }
  }

  private static void write(
      ZipOutputStream file, String name, String type, long[] shape, ByteBuffer data)
      throws IOException {
    file.putNextEntry(new ZipEntry(name + ".npy"));
    String sizes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s,), }".formatted(type, sizes);
    int length = HEADER_END - NPY.length - Short.BYTES;
    file.write(NPY);
    file.write(length);
    file.write(0);
    String padded = header + " ".repeat(length - 1 - header.length()) + "\n";
    file.write(padded.getBytes(StandardCharsets.US_ASCII));
    Channels.newChannel(file).write(data);
    file.closeEntry();
  }
}
