package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One HTTP/1.1 connection that is kept and never opened again: what fails on it is the server's
 * doing. The JDK's client has a race of its own when it takes connections from its pool
 * ("Unexpected cleanup triggered for non pooled connection") and closes them under requests.
 */
final class PlainConnection implements AutoCloseable {

  /** An answer. */
  record Answer(int status, String body) {}

  private final Socket socket;
  private final InputStream in;

  PlainConnection(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(20_000);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
  }

  Answer post(String path, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n".formatted(path, bytes.length);
    socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
    int status = Integer.parseInt(line().split(" ")[1]);
    int length = 0;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring("content-length:".length()).strip());
      }
    }
    return new Answer(status, new String(in.readNBytes(length), StandardCharsets.UTF_8));
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    int c = in.read();
    assertThat(c).as("the server closed a connection that was in use").isNotNegative();
    while (c != '\n') {
      if (c != '\r') {
        line.append((char) c);
      }
      c = in.read();
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
