package dev.modelfleet.runtime.serve.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RouteTest {

  static Stream<Arguments> routes() {
    return Stream.of(
        arguments("GET", "/", new Route.Page()),
        arguments("GET", "/v2", new Route.Server()),
        arguments("GET", "/v2/", new Route.Server()),
        arguments("HEAD", "/v2", new Route.Server()),
        arguments("GET", "/v2/health/live", new Route.Live()),
        arguments("GET", "/v2/health/ready", new Route.Ready()),
        arguments("GET", "/v2/models/m", new Route.Metadata("m", null)),
        arguments("GET", "/v2/models/m/versions/3", new Route.Metadata("m", "3")),
        arguments("GET", "/v2/models/m/ready", new Route.ModelReady("m", null)),
        arguments("GET", "/v2/models/m/versions/3/ready", new Route.ModelReady("m", "3")),
        arguments("GET", "/v2/models/m/config", new Route.Config("m", null)),
        arguments("GET", "/v2/models/m/stats", new Route.Statistics("m", null)),
        arguments("GET", "/v2/models/stats", new Route.Statistics(null, null)),
        arguments("POST", "/v2/models/m/infer", new Route.Infer("m", null)),
        arguments("POST", "/v2/models/m/versions/1/infer", new Route.Infer("m", "1")),
        arguments("POST", "/v2/models/a%2Fb%20c/infer", new Route.Infer("a/b c", null)),
        arguments("POST", "/v2/models/a+b/infer", new Route.Infer("a+b", null)),
        arguments("POST", "/v2/repository/index", new Route.RepositoryIndex()),
        arguments("POST", "/v2/repository/models/m/load", new Route.Load("m")),
        arguments("POST", "/v2/repository/models/m/unload", new Route.Unload("m")));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("routes")
  void pathsOfTheProtocol(String method, String path, Route expected) {
    assertThat(Route.of(method, path)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource({
    "GET,  /v1,                            NOT_FOUND",
    "GET,  /v2/health,                     NOT_FOUND",
    "GET,  /v2/health/other,               NOT_FOUND",
    "GET,  /v2/models,                     NOT_FOUND",
    "GET,  /v2/models/m/other,             NOT_FOUND",
    "GET,  /v2/models/m/versions,          NOT_FOUND",
    "POST, /v2/models/m/infer/more,        NOT_FOUND",
    "POST, /v2/repository,                 NOT_FOUND",
    "GET,  /v2/models/m/infer,             METHOD_NOT_ALLOWED",
    "PUT,  /v2/models/m/infer,             METHOD_NOT_ALLOWED",
    "POST, /v2,                            METHOD_NOT_ALLOWED",
    "GET,  /v2/repository/index,           METHOD_NOT_ALLOWED",
    "GET,  /v2/models/%zz,                 INVALID",
  })
  void refusals(String method, String path, ErrorCode expected) {
    ProtocolException refusal =
        catchThrowableOfType(ProtocolException.class, () -> Route.of(method, path));
    assertThat(refusal.code()).isEqualTo(expected);
  }
}
