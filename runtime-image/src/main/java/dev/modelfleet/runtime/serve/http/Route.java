package dev.modelfleet.runtime.serve.http;

import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What a method and path ask for. A version is null where the path names none. */
sealed interface Route {

  /** {@code /}. */
  record Page() implements Route {}

  /** {@code GET /v2}. */
  record Server() implements Route {}

  /** {@code GET /v2/health/live}. */
  record Live() implements Route {}

  /** {@code GET /v2/health/ready}. */
  record Ready() implements Route {}

  /** {@code GET /v2/models/M[/versions/V]}. */
  record Metadata(String model, String version) implements Route {}

  /** {@code GET …/ready}. */
  record ModelReady(String model, String version) implements Route {}

  /** {@code GET …/config}. */
  record Config(String model, String version) implements Route {}

  /** {@code GET …/stats}, and of all models where the model is null. */
  record Statistics(String model, String version) implements Route {}

  /** {@code POST …/infer}. */
  record Infer(String model, String version) implements Route {}

  /** {@code POST /v2/repository/index}. */
  record RepositoryIndex() implements Route {}

  /** {@code POST /v2/repository/models/M/load}. */
  record Load(String model) implements Route {}

  /** {@code POST /v2/repository/models/M/unload}. */
  record Unload(String model) implements Route {}

  /**
   * The route of a request.
   *
   * @param path raw (percent-encoded) path, without query
   * @throws ProtocolException not found, or method not allowed
   */
  static Route of(String method, String path) {
    List<String> segments = segments(path);
    Route route = segments.isEmpty() ? new Page() : match(segments);
    if (route == null) {
      throw new ProtocolException(ErrorCode.NOT_FOUND, "no such path: " + path);
    }
    String expected = method(route);
    boolean allowed = method.equals(expected) || (method.equals("HEAD") && expected.equals("GET"));
    if (!allowed) {
      throw new ProtocolException(
          ErrorCode.METHOD_NOT_ALLOWED, path + " takes " + expected + ", not " + method);
    }
    return route;
  }

  /** The one method that the route takes. */
  private static String method(Route route) {
    return switch (route) {
      case Infer _, RepositoryIndex _, Load _, Unload _ -> "POST";
      default -> "GET";
    };
  }

  private static List<String> segments(String path) {
    String inner = path.startsWith("/") ? path.substring(1) : path;
    if (inner.endsWith("/")) {
      inner = inner.substring(0, inner.length() - 1);
    }
    return inner.isEmpty()
        ? List.of()
        : Arrays.stream(inner.split("/", -1)).map(Route::decode).toList();
  }

  private static String decode(String segment) {
    try {
      // URLDecoder is for forms, where a plus sign is a space; in a path it is itself.
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw ProtocolException.invalid("the path's percent encoding is broken: %s", segment);
    }
  }

  private static Route match(List<String> path) {
    if (!path.getFirst().equals("v2")) {
      return null;
    }
    List<String> rest = path.subList(1, path.size());
    if (rest.isEmpty()) {
      return new Server();
    }
    return switch (rest.getFirst()) {
      case "health" -> health(rest);
      case "models" -> models(rest.subList(1, rest.size()));
      case "repository" -> repository(rest.subList(1, rest.size()));
      default -> null;
    };
  }

  private static Route health(List<String> path) {
    if (path.size() != 2) {
      return null;
    }
    return switch (path.getLast()) {
      case "live" -> new Live();
      case "ready" -> new Ready();
      default -> null;
    };
  }

  private static Route models(List<String> path) {
    if (path.equals(List.of("stats"))) {
      return new Statistics(null, null);
    }
    boolean versioned = path.size() >= 3 && path.get(1).equals("versions");
    int used = versioned ? 3 : 1;
    if (path.size() < used || path.size() > used + 1) {
      return null;
    }
    String model = path.getFirst();
    String version = versioned ? path.get(2) : null;
    return switch (path.size() == used ? "" : path.getLast()) {
      case "" -> new Metadata(model, version);
      case "ready" -> new ModelReady(model, version);
      case "config" -> new Config(model, version);
      case "stats" -> new Statistics(model, version);
      case "infer" -> new Infer(model, version);
      default -> null;
    };
  }

  private static Route repository(List<String> path) {
    if (path.equals(List.of("index"))) {
      return new RepositoryIndex();
    }
    if (path.size() == 3 && path.getFirst().equals("models")) {
      return switch (path.getLast()) {
        case "load" -> new Load(path.get(1));
        case "unload" -> new Unload(path.get(1));
        default -> null;
      };
    }
    return null;
  }
}
