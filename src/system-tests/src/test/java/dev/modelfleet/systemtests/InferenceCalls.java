package dev.modelfleet.systemtests;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Infers at one address all along, some times a second, each time on a new connection. */
final class InferenceCalls implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration PACE = Duration.ofMillis(100);

  private final HttpRequest request;
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final AtomicInteger answers = new AtomicInteger();
  private final Thread thread;
  private volatile boolean over;

  /**
   * Starts to call.
   *
   * @param host of port 8000
   * @param model a {@link TinyModel}
   */
  InferenceCalls(String host, String model) {
    String inputs = String.join(",", Collections.nCopies(TinyModel.INPUTS, "1"));
    String body =
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,%d],\"data\":[%s]}]}"
            .formatted(TinyModel.INPUTS, inputs);
    this.request =
        HttpRequest.newBuilder(
                URI.create("http://%s:8000/v2/models/%s/infer".formatted(host, model)))
            .timeout(TIMEOUT)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    this.thread = Thread.ofVirtual().start(this::callOn);
  }

  /** Number of inferences that were answered. */
  int answers() {
    return answers.get();
  }

  /** What became of the others. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  private void callOn() {
    while (!over) {
      try (HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() == 200) {
          answers.incrementAndGet();
        } else {
          failures.add(answer.statusCode() + ": " + answer.body());
        }
        Thread.sleep(PACE);
      } catch (IOException e) {
        failures.add(e.toString());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    over = true;
    thread.join(TIMEOUT.plusSeconds(5));
  }
}
