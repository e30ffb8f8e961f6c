import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;

/**
 * The thinnest server there can be, as a floor for servers: a thread for each connection, which
 * passes over the request, runs the model on fixed inputs and sends the output. Checks, parses and
 * counts nothing. Arguments: port, model file, threads, inputs.
 */
public final class ThinServer {

  private ThinServer() {}

  /** Serves until it is killed. */
  public static void main(String[] args) throws Exception {
    int threads = Integer.parseInt(args[2]);
    BareModel model = new BareModel(args[1], threads, Input.parseAll(args[3]));
    Semaphore runs = new Semaphore(threads);
    try (ServerSocket server = new ServerSocket(Integer.parseInt(args[0]))) {
      while (true) {
        Socket socket = server.accept();
        Thread.ofPlatform().start(() -> serve(socket, model, runs));
      }
    }
  }

  private static void serve(Socket socket, BareModel model, Semaphore runs) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 17);
      OutputStream out = socket.getOutputStream();
      while (true) {
        long length = bodyLength(in);
        if (length < 0) {
          return;
        }
        in.skipNBytes(length);
        ByteBuffer output;
        runs.acquire();
        try {
          output = model.run();
        } finally {
          runs.release();
        }
        answer(output, out);
      }
    } catch (Exception e) {
      System.err.println(e);
    }
  }

  private static long bodyLength(InputStream in) throws IOException {
    long length = -1;
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0; c = in.read()) {
      if (c == '\n') {
        if (line.isEmpty()) {
          return length;
        }
        if (line.indexOf("Content-Length:") == 0) {
          length = Long.parseLong(line.substring(15).trim());
        }
        line.setLength(0);
      } else if (c != '\r') {
        line.append((char) c);
      }
    }
    return -1;
  }

  private static void answer(ByteBuffer output, OutputStream out) throws IOException {
    byte[] head =
        "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
            .formatted(output.remaining())
            .getBytes(StandardCharsets.US_ASCII);
    byte[] answer = new byte[head.length + output.remaining()];
    System.arraycopy(head, 0, answer, 0, head.length);
    output.get(answer, head.length, output.remaining());
    out.write(answer);
  }
}
