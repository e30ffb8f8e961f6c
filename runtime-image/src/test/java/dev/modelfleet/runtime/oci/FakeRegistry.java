package dev.modelfleet.runtime.oci;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.modelfleet.runtime.Sha256;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Enough of the OCI distribution protocol in memory, on loopback, with the ways in which registries
 * misbehave.
 */
public final class FakeRegistry implements AutoCloseable {

  /** How requests are answered before anything else. */
  public enum Mood {
    /** As they should be. */
    WILLING,
    /** After a bearer token that user {@code user} with password {@code secret} gets. */
    TOKEN,
    /** After HTTP Basic with the same credentials. */
    BASIC,
    /** Pushes are forbidden. */
    READ_ONLY,
    /** Pushes fail, as where its disk is full. */
    FULL,
    /** 503 for the first two requests, then willing. */
    BUSY_TWICE,
    /** Breaks the connection in the middle of the first upload, then willing. */
    DROPPING_ONCE,
    /** 503 for ever. */
    BUSY,
    /** Never answers. */
    SILENT,
    /** Sends half of each blob and then nothing. */
    STALLING,
    /** Sends other bytes than those of the blob. */
    LYING
  }

  private static final Pattern PATH =
      Pattern.compile("/v2/(?<repository>.+)/(?<kind>manifests|blobs/uploads|blobs)/(?<name>.*)");
  private static final String BASIC = "Basic dXNlcjpzZWNyZXQ=";

  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
  private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger uploads = new AtomicInteger();
  private volatile Mood mood = Mood.WILLING;

  /** Starts one on a free port. */
  public FakeRegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.setExecutor(executor);
    server.start();
  }

  /** {@code 127.0.0.1:port}. */
  public String authority() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** Changes its mood. */
  public FakeRegistry mood(Mood next) {
    mood = next;
    return this;
  }

  /** Method and path of every request so far. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  /** The manifest under a repository and tag, null where there is none. */
  public byte[] manifest(String repository, String tag) {
    return manifests.get(repository + "/" + tag);
  }

  /** A blob, null where there is none. */
  public byte[] blob(String digest) {
    return blobs.get(digest);
  }

  /** Forgets a tag. */
  public void removeTag(String repository, String tag) {
    manifests.remove(repository + "/" + tag);
  }

  /** Puts a manifest without any check. */
  public void putManifest(String repository, String tag, byte[] manifest) {
    manifests.put(repository + "/" + tag, manifest);
    manifests.put(repository + "/" + Sha256.of(manifest), manifest);
  }

  /** Puts a blob without any check. */
  public Descriptor putBlob(String mediaType, byte[] content, Map<String, String> annotations) {
    String digest = Sha256.of(content);
    blobs.put(digest, content);
    return new Descriptor(mediaType, digest, content.length, annotations);
  }

  /** Puts an artifact of the given layers. */
  public void putArtifact(String repository, String tag, Descriptor... layers) {
    Descriptor config = putBlob("application/vnd.oci.empty.v1+json", "{}".getBytes(), Map.of());
    putManifest(
        repository,
        tag,
        OciJson.write(
            new Manifest(2, Manifest.MEDIA_TYPE, null, config, List.of(layers), Map.of())));
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (mayGoOn(exchange)) {
        serve(exchange, body);
      }
    }
  }

  private boolean mayGoOn(HttpExchange exchange) throws IOException {
    boolean write = !List.of("GET", "HEAD").contains(exchange.getRequestMethod());
    return switch (mood) {
      case WILLING, STALLING, LYING -> true;
      case DROPPING_ONCE -> !isFirstUpload(exchange);
      case TOKEN -> hasToken(exchange);
      case BASIC -> isAuthorized(exchange, BASIC, "Basic realm=\"test\"");
      case READ_ONLY -> !write || answer(exchange, 403, "{\"errors\":[{\"code\":\"DENIED\"}]}");
      case FULL -> !write || answer(exchange, 400, "no space in the registry");
      case BUSY_TWICE -> requests.size() > 2 || answer(exchange, 503, "busy");
      case BUSY -> answer(exchange, 503, "busy");
      case SILENT -> hang();
    };
  }

  /** Closing an exchange without an answer breaks its connection. */
  private boolean isFirstUpload(HttpExchange exchange) {
    boolean upload = exchange.getRequestMethod().equals("PUT");
    if (upload) {
      mood = Mood.WILLING;
      uploads.incrementAndGet();
    }
    return upload;
  }

  private boolean hasToken(HttpExchange exchange) throws IOException {
    if (exchange.getRequestURI().getPath().equals("/token")) {
      boolean known = BASIC.equals(exchange.getRequestHeaders().getFirst("Authorization"));
      String scope = exchange.getRequestURI().getQuery().replaceFirst(".*scope=", "");
      return answer(exchange, known ? 200 : 401, known ? "{\"token\":\"" + scope + "\"}" : "no");
    }
    Matcher path = PATH.matcher(exchange.getRequestURI().getPath());
    String actions =
        List.of("GET", "HEAD").contains(exchange.getRequestMethod()) ? "pull" : "pull,push";
    String scope = path.matches() ? "repository:" + path.group("repository") + ":" + actions : "";
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    boolean covers = given != null && given.startsWith("Bearer " + scope);
    String challenge =
        "Bearer realm=\"http://%s/token\",service=\"test\",scope=\"%s\""
            .formatted(authority(), scope);
    return covers || isAuthorized(exchange, "-", challenge);
  }

  private boolean isAuthorized(HttpExchange exchange, String expected, String challenge)
      throws IOException {
    if (expected.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      return true;
    }
    exchange.getResponseHeaders().add("WWW-Authenticate", challenge);
    return answer(exchange, 401, "{\"errors\":[{\"code\":\"UNAUTHORIZED\"}]}");
  }

  private void serve(HttpExchange exchange, byte[] body) throws IOException {
    Matcher path = PATH.matcher(exchange.getRequestURI().getPath());
    if (!path.matches()) {
      answer(exchange, 404, "not a registry path");
      return;
    }
    String repository = path.group("repository");
    String name = path.group("name");
    switch (exchange.getRequestMethod() + " " + path.group("kind")) {
      case "GET manifests" -> send(exchange, manifests.get(repository + "/" + name));
      case "GET blobs", "HEAD blobs" -> sendBlob(exchange, blobs.get(name));
      case "POST blobs/uploads" -> {
        String location = exchange.getRequestURI() + "" + uploads.incrementAndGet() + "?state=x";
        exchange.getResponseHeaders().add("Location", location);
        answer(exchange, 202, "");
      }
      case "DELETE blobs/uploads" -> answer(exchange, 204, "");
      case "PUT blobs/uploads" -> {
        String digest = exchange.getRequestURI().getQuery().replaceFirst(".*digest=", "");
        boolean current = name.equals("" + uploads.get());
        if (!current || !digest.equals(Sha256.of(body))) {
          answer(exchange, 400, "DIGEST_INVALID");
          return;
        }
        blobs.put(digest, body);
        answer(exchange, 201, "");
      }
      case "PUT manifests" -> {
        putManifest(repository, name, body);
        answer(exchange, 201, "");
      }
      default -> answer(exchange, 405, "");
    }
  }

  private void sendBlob(HttpExchange exchange, byte[] blob) throws IOException {
    if (blob == null || mood == Mood.WILLING) {
      send(exchange, blob);
    } else if (mood == Mood.LYING) {
      byte[] other = blob.clone();
      other[0] ^= 1;
      send(exchange, other);
    } else if (mood == Mood.STALLING) {
      exchange.sendResponseHeaders(200, blob.length);
      exchange.getResponseBody().write(blob, 0, blob.length / 2);
      exchange.getResponseBody().flush();
      hang();
    } else {
      send(exchange, blob);
    }
  }

  private static void send(HttpExchange exchange, byte[] content) throws IOException {
    if (content == null) {
      answer(exchange, 404, "{\"errors\":[{\"code\":\"UNKNOWN\"}]}");
    } else if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(200, -1);
    } else {
      exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
      exchange.getResponseBody().write(content);
    }
  }

  private static boolean answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    boolean empty = bytes.length == 0 || exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, empty ? -1 : bytes.length);
    if (!empty) {
      exchange.getResponseBody().write(bytes);
    }
    return false;
  }

  private boolean hang() {
    try {
      closing.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    executor.shutdownNow();
  }
}
