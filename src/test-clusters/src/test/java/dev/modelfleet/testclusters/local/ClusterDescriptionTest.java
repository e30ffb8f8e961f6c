package dev.modelfleet.testclusters.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.testclusters.ClusterSpec;
import dev.modelfleet.testclusters.host.Owner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterDescriptionTest {
  @TempDir Path root;

  @Test
  void whatIsWrittenIsReadByAnotherProcess() {
    StateDirectory directory = new StateDirectory(root.resolve("demo"));
    ClusterDescription description =
        ClusterDescription.own(ClusterSpec.named("demo").withKwokNodes(3), 203, 5001);

    description.write(directory);

    assertThat(ClusterDescription.read(directory)).contains(description);
    assertThat(description.ownerAlive()).isTrue();
    assertThat(description.registry().hostAddress()).isEqualTo("127.0.0.1:5001");
    assertThat(description.registry().clusterAddress()).isEqualTo("registry.modelfleet.local:5000");
  }

  @Test
  void anotherProcessWithTheOwnersIdIsNotTheOwner() {
    Owner self = Owner.self();

    assertThat(self.alive()).isTrue();
    assertThat(new Owner(self.pid(), "2020-01-01T00:00:00Z").alive()).isFalse();
  }

  @Test
  void aClusterFitsOnlyARequestForTheSameNodes() {
    ClusterSpec spec = ClusterSpec.named("demo");
    ClusterDescription description = ClusterDescription.own(spec, 201, 5000);

    assertThat(description.hasNodesOf(spec.kept())).isTrue();
    assertThat(description.hasNodesOf(spec.withNodes(3))).isFalse();
    assertThat(description.hasNodesOf(spec.withKwokNodes(1))).isFalse();
  }

  @Test
  void eachUserHasAFolderOfClusters() {
    assertThat(StateDirectory.root(Map.of(), "root")).hasToString("/tmp/modelfleet-clusters");
    assertThat(StateDirectory.root(Map.of("TMPDIR", "/scratch"), "ada"))
        .hasToString("/scratch/modelfleet-clusters-ada");
  }

  @Test
  void aHalfWrittenDescriptionIsNone() throws IOException {
    StateDirectory directory = new StateDirectory(root.resolve("half"));
    Files.createDirectories(directory.path());
    Files.writeString(directory.description(), "{\"spec\": {");

    assertThat(ClusterDescription.read(directory)).isEmpty();
  }
}
