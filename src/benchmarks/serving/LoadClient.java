import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Clients that ask a BERT-like model over HTTP with binary tensors, each the next request as soon as
 * its last is answered. Arguments: port, model, clients, tokens, seconds, seconds to warm up. Prints
 * p50 and p99 in microseconds and requests per second, of the seconds after the warm-up.
 */
public final class LoadClient {

  private record Figures(List<Long> nanos) {}

  private LoadClient() {}

  /** Runs the clients. */
  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    int clients = Integer.parseInt(args[2]);
    byte[] request = request(args[1], Integer.parseInt(args[3]));
    long start = System.nanoTime() + Long.parseLong(args[5]) * 1_000_000_000L;
    long end = start + Long.parseLong(args[4]) * 1_000_000_000L;
    List<Figures> figures = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      Figures own = new Figures(new ArrayList<>());
      figures.add(own);
      threads.add(Thread.ofPlatform().start(() -> client(port, request, start, end, own)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    long[] all =
        figures.stream().flatMap(own -> own.nanos().stream()).mapToLong(n -> n).sorted().toArray();
    System.out.printf(
        "{\"p50_us\": %.0f, \"p99_us\": %.0f, \"per_second\": %.1f}%n",
        all[all.length / 2] / 1e3,
        all[(int) (all.length * 0.99)] / 1e3,
        all.length / ((end - start) / 1e9));
  }

  private static void client(int port, byte[] request, long start, long end, Figures figures) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setTcpNoDelay(true);
      OutputStream out = socket.getOutputStream();
      DataInputStream in =
          new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 17));
      long now = System.nanoTime();
      while (now < end) {
        out.write(request);
        in.skipNBytes(bodyLength(in));
        long answered = System.nanoTime();
        if (now >= start && answered < end) {
          figures.nanos().add(answered - now);
        }
        now = answered;
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long bodyLength(InputStream in) throws IOException {
    String status = line(in);
    if (!status.startsWith("HTTP/1.1 200")) {
      throw new IOException("answered with " + status);
    }
    long length = 0;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
        length = Long.parseLong(header.substring(15).trim());
      }
    }
    return length;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
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

  private static byte[] request(String model, int tokens) throws IOException {
    ByteBuffer blobs = ByteBuffer.allocate(3 * tokens * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < tokens; i++) {
      blobs.putLong(1000 + i * 7919L % 20000);
    }
    for (int i = 0; i < tokens; i++) {
      blobs.putLong(1);
    }
    List<String> inputs =
        Arrays.stream(new String[] {"input_ids", "attention_mask", "token_type_ids"})
            .map(
                name ->
                    "{\"name\":\"%s\",\"shape\":[1,%d],\"datatype\":\"INT64\",\"parameters\":{\"binary_data_size\":%d}}"
                        .formatted(name, tokens, tokens * Long.BYTES))
            .toList();
    byte[] json =
        "{\"inputs\":[%s],\"parameters\":{\"binary_data_output\":true}}"
            .formatted(String.join(",", inputs))
            .getBytes(StandardCharsets.UTF_8);
    String head =
        "POST /v2/models/%s/infer HTTP/1.1\r\nHost: x\r\nInference-Header-Content-Length: %d\r\nContent-Length: %d\r\n\r\n"
            .formatted(model, json.length, json.length + blobs.capacity());
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.write(head.getBytes(StandardCharsets.UTF_8));
    request.write(json);
    request.write(blobs.array());
    return request.toByteArray();
  }
}
