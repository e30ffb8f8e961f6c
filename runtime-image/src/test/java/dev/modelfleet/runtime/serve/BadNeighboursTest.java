package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.runtime.serve.http.HttpLimits;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that drip, promise too much or send too much are closed; others are answered meanwhile.
 */
class BadNeighboursTest {

  private static final String INFER = "/v2/models/add_sub/infer";
  private static final String GOOD =
      "{\"inputs\":[{\"name\":\"a\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]},"
          + "{\"name\":\"b\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]}]}";

  private static final int NEIGHBOURS = 40;
  private static final long MAX_BODY = 1 << 16;

  /** All of them together would hold more than the server gives. */
  private static final long MAX_IN_FLIGHT = NEIGHBOURS / 2 * MAX_BODY;

  private static final HttpLimits LIMITS =
      new HttpLimits(
          MAX_BODY,
          MAX_IN_FLIGHT,
          512,
          Duration.ofSeconds(2),
          Duration.ofSeconds(2),
          Duration.ofSeconds(60));

  @TempDir private Path directory;

  @Test
  void slowClientsHoldNobodyUpAndAreClosed() throws Exception {
    try (TestServer server = TestServer.start(TestVariant.of(directory, "add_sub"), 8, LIMITS)) {
      List<Socket> slow = new ArrayList<>();
      try {
        for (int i = 0; i < NEIGHBOURS; i++) {
          Socket socket = new Socket("127.0.0.1", server.server().httpPort());
          slow.add(socket);
          write(socket, i % 2 == 0 ? "POST " + INFER + " HT" : head(1_000) + "{");
        }
        // While they drip a byte each, every other request is answered.
        for (int i = 0; i < 100; i++) {
          write(slow.get(i % NEIGHBOURS), " ");
          assertThat(server.post(INFER, GOOD).statusCode()).isEqualTo(200);
        }
        for (Socket socket : slow) {
          assertEnds(socket);
        }
        assertThat(server.post(INFER, GOOD).statusCode()).isEqualTo(200);
        assertThat(server.metrics()).contains("modelfleet_request_body_bytes 0\n");
      } finally {
        close(slow);
      }
    }
  }

  @Test
  void bodiesThatAreTooLargeAreRefusedAndHoldNoMemory() throws Exception {
    try (TestServer server = TestServer.start(TestVariant.of(directory, "add_sub"), 8, LIMITS)) {
      for (int i = 0; i < NEIGHBOURS; i++) {
        try (Socket socket = new Socket("127.0.0.1", server.server().httpPort())) {
          write(socket, head(MAX_BODY + 1));
          assertThat(line(socket)).startsWith("HTTP/1.1 413");
        }
        assertThat(server.post(INFER, GOOD).statusCode()).isEqualTo(200);
      }
      assertThat(server.metrics()).contains("modelfleet_request_body_bytes 0\n");
    }
  }

  @Test
  void unfinishedBodiesHoldNoMoreThanTheServerGives() throws Exception {
    try (TestServer server = TestServer.start(TestVariant.of(directory, "add_sub"), 8, LIMITS)) {
      List<Socket> greedy = new ArrayList<>();
      try {
        for (int i = 0; i < NEIGHBOURS; i++) {
          Socket socket = new Socket("127.0.0.1", server.server().httpPort());
          greedy.add(socket);
          write(socket, head(MAX_BODY) + "x".repeat((int) MAX_BODY - 1));
        }
        int refused = 0;
        int timedOut = 0;
        for (Socket socket : greedy) {
          String answer = line(socket);
          refused += answer.startsWith("HTTP/1.1 503") ? 1 : 0;
          timedOut += answer.startsWith("HTTP/1.1 408") ? 1 : 0;
        }
        assertThat(refused).isGreaterThanOrEqualTo(NEIGHBOURS / 2 - 1);
        assertThat(refused + timedOut).isEqualTo(NEIGHBOURS);
        assertThat(server.metrics()).contains("modelfleet_request_body_bytes 0\n");
        assertThat(
                server
                    .client()
                    .send(
                        server.request(INFER).POST(BodyPublishers.ofString(GOOD)).build(),
                        BodyHandlers.ofString())
                    .statusCode())
            .isEqualTo(200);
      } finally {
        close(greedy);
      }
    }
  }

  private static String head(long length) {
    return "POST " + INFER + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n";
  }

  /** A client that was closed already can't write any more. */
  private static void write(Socket socket, String text) {
    try {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      assertThat(e).hasMessageMatching("(?i).*(broken pipe|connection reset).*");
    }
  }

  private static String line(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    StringBuilder line = new StringBuilder();
    for (int c = socket.getInputStream().read(); c > '\r'; c = socket.getInputStream().read()) {
      line.append((char) c);
    }
    return line.toString();
  }

  /** By an answer and its end, or by a reset. */
  private static void assertEnds(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    try {
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).matches("(?s)(HTTP/1.1 408.*)?");
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  private static void close(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
