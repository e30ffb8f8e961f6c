package dev.modelfleet.operator.harness;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.modelfleet.operator.name.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A registry at loopback that knows manifests' digests, and can refuse or hang. */
public final class StandInRegistry implements AutoCloseable {

  private final HttpServer server;
  private final Map<String, String> digests = new ConcurrentHashMap<>();
  private final Map<String, Integer> refusals = new ConcurrentHashMap<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final CountDownLatch closing = new CountDownLatch(1);

  /** Starts it. */
  public StandInRegistry() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/v2/", this::answer);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  /** {@code host:port}. */
  public String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** Puts content under {@code repository:tag} and gives its URI. */
  public String push(String name, String content) {
    digests.put(name, "sha256:" + Sha256.hex(content));
    return "oci://" + address() + "/" + name;
  }

  /** Answers requests for {@code repository:tag} with a status; 0 never answers. */
  public String refuse(String name, int status) {
    refusals.put(name, status);
    return "oci://" + address() + "/" + name;
  }

  /** Answers again. */
  public void heal(String name) {
    refusals.remove(name);
  }

  /** How many requests came. */
  public int requests() {
    return requests.get();
  }

  private void answer(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    String path = exchange.getRequestURI().getPath();
    String name = path.substring("/v2/".length()).replace("/manifests/", ":");
    Integer refusal = refusals.get(name);
    try (exchange) {
      if (refusal != null && refusal == 0) {
        closing.await();
      } else if (refusal != null) {
        exchange.sendResponseHeaders(refusal, -1);
      } else if (digests.containsKey(name)) {
        exchange.getResponseHeaders().set("Docker-Content-Digest", digests.get(name));
        exchange.sendResponseHeaders(200, -1);
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
  }
}
