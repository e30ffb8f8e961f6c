import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Asks over one HTTP connection, always the same, by a request made once. */
final class HttpCaller implements Load.Caller {

  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;
  private final byte[] request;

  HttpCaller(String port, byte[] request) throws IOException {
    this.socket = new Socket("127.0.0.1", Integer.parseInt(port));
    socket.setTcpNoDelay(true);
    this.out = socket.getOutputStream();
    this.in = new BufferedInputStream(socket.getInputStream(), 1 << 17);
    this.request = request;
  }

  @Override
  public void call() throws IOException {
    out.write(request);
    in.skipNBytes(bodyLength());
  }

  private long bodyLength() throws IOException {
    String status = line();
    if (!status.startsWith("HTTP/1.1 200")) {
      throw new IOException("answered with " + status);
    }
    long length = 0;
    for (String header = line(); !header.isEmpty(); header = line()) {
      if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
        length = Long.parseLong(header.substring(15).trim());
      }
    }
    return length;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder(64);
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the server closed the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** With binary tensors both ways. */
  static byte[] binaryRequest(String model, List<Input> inputs) throws IOException {
    String described =
        inputs.stream()
            .map(
                input ->
                    "{\"name\":\"%s\",\"shape\":%s,\"datatype\":\"%s\",\"parameters\":{\"binary_data_size\":%d}}"
                        .formatted(
                            input.name(),
                            input.jsonShape(),
                            input.datatype(),
                            input.data().limit()))
            .collect(Collectors.joining(","));
    byte[] json =
        "{\"inputs\":[%s],\"parameters\":{\"binary_data_output\":true}}"
            .formatted(described)
            .getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(json);
    for (Input input : inputs) {
      Channels.newChannel(body).write(input.data().duplicate());
    }
    return request(model, "Inference-Header-Content-Length: " + json.length + "\r\n", body);
  }

  /** All in JSON. */
  static byte[] jsonRequest(String model, List<Input> inputs) throws IOException {
    String described =
        inputs.stream()
            .map(
                input ->
                    "{\"name\":\"%s\",\"shape\":%s,\"datatype\":\"%s\",\"data\":%s}"
                        .formatted(
                            input.name(),
                            input.jsonShape(),
                            input.datatype(),
                            input.jsonData()))
            .collect(Collectors.joining(","));
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write("{\"inputs\":[%s]}".formatted(described).getBytes(StandardCharsets.UTF_8));
    return request(model, "Content-Type: application/json\r\n", body);
  }

  private static byte[] request(String model, String header, ByteArrayOutputStream body)
      throws IOException {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.write(
        "POST /v2/models/%s/infer HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n"
            .formatted(model, header, body.size())
            .getBytes(StandardCharsets.UTF_8));
    body.writeTo(request);
    return request.toByteArray();
  }
}
