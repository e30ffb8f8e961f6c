package dev.modelfleet.runtime.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerCredentialsTest {

  @TempDir Path directory;

  @Test
  void earlierFilesGoBeforeLaterOnes() throws IOException {
    Path push = file("push.json", "one.example", "pusher:1");
    Path pull = file("pull.json", "one.example", "puller:2");
    Path other = file("other.json", "two.example", "other:3");

    DockerCredentials credentials =
        DockerCredentials.fromEnvironment(
            Map.of(DockerCredentials.ENVIRONMENT_VARIABLE, push + ":" + pull + ":" + other));

    assertThat(credentials.basic("one.example")).hasValue("Basic " + base64("pusher:1"));
    assertThat(credentials.basic("two.example")).hasValue("Basic " + base64("other:3"));
    assertThat(credentials.basic("three.example")).isEmpty();
  }

  private Path file(String name, String registry, String pair) throws IOException {
    String json = "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}".formatted(registry, base64(pair));
    return Files.writeString(directory.resolve(name), json);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
