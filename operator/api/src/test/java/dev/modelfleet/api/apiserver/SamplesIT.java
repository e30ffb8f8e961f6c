package dev.modelfleet.api.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Every manifest under src/samples is accepted by an API server that checks strictly. */
@WithTestCluster(nodes = 0)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SamplesIT {

  private static final Path SAMPLES = Path.of("../../src/samples");

  private final CrdApiServer server;

  SamplesIT(TestCluster cluster) {
    server = new CrdApiServer(cluster);
  }

  @TestFactory
  Stream<DynamicTest> accepted() throws IOException {
    List<Path> manifests = manifests();
    assertThat(manifests).hasSizeGreaterThan(9);
    return manifests.stream()
        .map(
            manifest ->
                DynamicTest.dynamicTest(
                    SAMPLES.relativize(manifest).toString(),
                    () ->
                        assertThat(
                                server.kubectl(
                                    "apply",
                                    "--dry-run=server",
                                    "--validate=strict",
                                    "-f",
                                    manifest.toString()))
                            .contains("(server dry run)")));
  }

  private static List<Path> manifests() throws IOException {
    try (Stream<Path> files = Files.walk(SAMPLES)) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .filter(file -> !file.endsWith("kustomization.yaml"))
          .sorted()
          .toList();
    }
  }
}
