package dev.modelfleet.runtime.serve;

import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.runtime.serve.protocol.DataType;
import dev.modelfleet.runtime.serve.protocol.ModelMetadata;
import dev.modelfleet.runtime.serve.protocol.TensorSpec;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.StringJoiner;

/**
 * Asks a running server everything once, over its own port: whether it works, and, when an image is
 * built, which classes the JVM is to keep in its cache.
 */
final class SelfTest {

  private static final int TIMEOUT_MILLIS = 10_000;
  private static final List<String> BUNDLED =
      List.of(VariantManifest.FILE, VariantManifest.ONNX_FILE, "golden.npz");

  private final int httpPort;
  private final int metricsPort;
  private final ModelMetadata model;

  /** A test of a server that serves the model. */
  SelfTest(int httpPort, int metricsPort, ModelMetadata model) {
    this.httpPort = httpPort;
    this.metricsPort = metricsPort;
    this.model = model;
  }

  /** Unpacks the model that comes with the server into a new temporary directory. */
  static Path bundledVariant() throws IOException {
    Path directory = Files.createTempDirectory("modelfleet-self-test");
    for (String name : BUNDLED) {
      try (InputStream file = SelfTest.class.getResourceAsStream("/self-test/" + name)) {
        Files.copy(file, directory.resolve(name));
      }
    }
    return directory;
  }

  /** Removes what {@link #bundledVariant} made. */
  static void remove(Path directory) throws IOException {
    for (String name : BUNDLED) {
      Files.deleteIfExists(directory.resolve(name));
    }
    Files.deleteIfExists(directory);
  }

  /**
   * Runs the test.
   *
   * @throws IOException where a request fails or is refused, saying which
   */
  void run() throws IOException {
    String path = "/v2/models/" + model.name();
    for (String read : List.of("/v2/health/live", "/v2/health/ready", "/v2", path)) {
      expectOk(httpPort, "GET " + read);
    }
    expectOk(httpPort, "GET " + path + "/config");
    boolean json = model.inputs().stream().allMatch(input -> input.datatype().hasJsonForm());
    if (json) {
      expectAnswer(path, inference(false));
    }
    expectAnswer(path, inference(true));
    expectOk(httpPort, "GET " + path + "/stats");
    expectOk(metricsPort, "GET /metrics");
  }

  /** Zeros may be nothing that the model can take: a refusal is an answer too. */
  private void expectAnswer(String path, byte[] request) throws IOException {
    String status = send(httpPort, "POST " + path + "/infer", request);
    if (!status.startsWith("HTTP/1.1 200") && !status.startsWith("HTTP/1.1 400")) {
      throw new IOException("POST " + path + "/infer: " + status);
    }
  }

  private static void expectOk(int port, String request) throws IOException {
    String status = send(port, request, "\r\n".getBytes(StandardCharsets.UTF_8));
    if (!status.startsWith("HTTP/1.1 200")) {
      throw new IOException(request + ": " + status);
    }
  }

  /**
   * Sends a request, of which {@code tail} is all after the first headers; gives the status line.
   */
  private static String send(int port, String request, byte[] tail) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      String head = request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().write(tail);
      socket.getOutputStream().flush();
      byte[] answer = socket.getInputStream().readAllBytes();
      return new String(answer, StandardCharsets.UTF_8).lines().findFirst().orElse("no answer");
    }
  }

  private byte[] inference(boolean binary) {
    StringJoiner inputs = new StringJoiner(",", "{\"inputs\":[", "]");
    int blobs = 0;
    for (TensorSpec input : model.inputs()) {
      long[] shape = input.shape().toArray();
      int elements = 1;
      for (int i = 0; i < shape.length; i++) {
        shape[i] = shape[i] < 0 ? 1 : shape[i];
        elements *= (int) shape[i];
      }
      // A BYTES element of length 0 is its length: four zero bytes.
      int size =
          elements * (input.datatype() == DataType.BYTES ? Integer.BYTES : input.datatype().size());
      blobs += binary ? size : 0;
      inputs.add(input(input, shape, binary ? size(size) : data(input.datatype(), elements)));
    }
    String json = inputs + (binary ? ",\"parameters\":{\"binary_data_output\":true}}" : "}");
    String headers =
        (binary ? "Inference-Header-Content-Length: " + json.length() + "\r\n" : "")
            + "Content-Length: "
            + (json.length() + blobs)
            + "\r\n\r\n";
    byte[] text = (headers + json).getBytes(StandardCharsets.UTF_8);
    return Arrays.copyOf(text, text.length + blobs);
  }

  private static String input(TensorSpec spec, long[] shape, String data) {
    return "{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":%s,%s}"
        .formatted(spec.name(), spec.datatype(), Arrays.toString(shape), data);
  }

  private static String size(int bytes) {
    return "\"parameters\":{\"binary_data_size\":" + bytes + "}";
  }

  private static String data(DataType type, int elements) {
    String zero =
        switch (type) {
          case BOOL -> "false";
          case BYTES -> "\"\"";
          default -> "0";
        };
    return "\"data\":[" + String.join(",", Collections.nCopies(elements, zero)) + "]";
  }
}
