package dev.modelfleet.runtime.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.runtime.remote.RemoteException.Kind;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameResolutionTest {

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          registry.invalid: Name or service not known,             UNKNOWN_HOST
          registry.invalid: No address associated with hostname,   UNKNOWN_HOST
          registry.invalid: Temporary failure in name resolution,  UNREACHABLE
          """)
  void aNameServiceThatDoesNotAnswerIsNotAWrongName(String message, Kind kind) {
    assertThat(NameResolution.kind(message)).isEqualTo(kind);
  }

  @Test
  void aNameThatDoesNotExistIsNamed() {
    RemoteLimits once =
        new RemoteLimits(
            Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(5), 1, Duration.ZERO);
    DockerCredentials none = new DockerCredentials(Path.of("none"));
    try (RemoteHttp http = new RemoteHttp(Set.of(), none, once)) {
      RemoteRequest request =
          RemoteRequest.of("GET", URI.create("https://registry.invalid/v2/"), "", Map.of());

      RemoteException failure =
          Assertions.catchThrowableOfType(
              RemoteException.class, () -> http.exchange(request, RemoteAnswer::status));

      // Which of the two it is depends on the name service of the machine that runs the test.
      assertThat(failure.kind()).isIn(Kind.UNKNOWN_HOST, Kind.UNREACHABLE);
      assertThat(failure).hasMessageStartingWith("the host registry.invalid has no address");
    }
  }
}
