package dev.modelfleet.testclusters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterSpecTest {
  @Test
  void theUsualNodesAreOneGpuNodeAmongEdgeNodes() {
    assertThat(NodeSpec.usual(4))
        .extracting(NodeSpec::name, NodeSpec::gpus)
        .containsExactly(
            tuple("edge-1", 0), tuple("gpu-1", 1), tuple("edge-2", 0), tuple("edge-3", 0));
  }

  @Test
  void onlyAClusterWithoutAnyNodeIsApiOnly() {
    ClusterSpec none = ClusterSpec.named("a").withNodes(0);

    assertThat(none.apiOnly()).isTrue();
    assertThat(none.withKwokNodes(1).apiOnly()).isFalse();
    assertThat(none.withNodes(1).apiOnly()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "UPPER", "../up", "-a", "a-", "a_b", "a/b"})
  void namesThatCouldLeaveTheFolderOrBreakALinkAreRefused(String name) {
    assertThatThrownBy(() -> ClusterSpec.named(name))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining("use 1 to 32 lower-case letters");
  }

  @Test
  void negativeCountsAreRefused() {
    assertThatThrownBy(() -> ClusterSpec.named("a").withKwokNodes(-1))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining("kwokNodes at least 0");
  }
}
