package dev.modelfleet.testclusters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProvidersTest {
  private static final ClusterSpec SPEC = ClusterSpec.named("any");

  @Test
  void theFirstThatCanStartsTheCluster() {
    TestCluster second = cluster();
    Providers providers =
        new Providers(
            List.of(
                new FixedProvider("first", "it is off", cluster()),
                new FixedProvider("second", null, second),
                new FixedProvider("third", null, cluster())));

    assertThat(providers.unavailable(SPEC)).isEmpty();
    assertThat(providers.start(SPEC)).isSameAs(second);
  }

  @Test
  void whereNoneCanEachSaysWhy() {
    Providers providers =
        new Providers(
            List.of(
                new FixedProvider("KIND", "docker is not installed", cluster()),
                new FixedProvider("local", "it needs Linux", cluster())));

    assertThatThrownBy(() -> providers.start(SPEC))
        .isInstanceOf(ClusterException.class)
        .hasMessage(
            "No test cluster can run here. KIND: docker is not installed; local: it needs Linux");
  }

  @Test
  void anExplicitKubeconfigIsForClustersWithNodesAndNeedsItsRegistry() {
    ExistingProvider unset = new ExistingProvider(Map.of(), line -> {});
    ExistingProvider set =
        new ExistingProvider(Map.of("MODELFLEET_KUBECONFIG", "/dev/null"), line -> {});

    assertThat(unset.unavailable(SPEC)).contains("MODELFLEET_KUBECONFIG is not set");
    assertThat(set.unavailable(SPEC.withNodes(0))).isPresent();
    assertThat(set.unavailable(SPEC)).isEmpty();
    assertThatThrownBy(() -> set.start(SPEC))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining("set MODELFLEET_REGISTRY_PUSH (push)");
  }

  private static TestCluster cluster() {
    return (TestCluster)
        Proxy.newProxyInstance(
            TestCluster.class.getClassLoader(),
            new Class<?>[] {TestCluster.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "equals" -> proxy == arguments[0];
                  case "hashCode" -> System.identityHashCode(proxy);
                  default -> "a cluster";
                });
  }

  private record FixedProvider(String description, String reason, TestCluster cluster)
      implements ClusterProvider {
    @Override
    public Optional<String> unavailable(ClusterSpec spec) {
      return Optional.ofNullable(reason);
    }

    @Override
    public TestCluster start(ClusterSpec spec) {
      return cluster;
    }

    @Override
    public Optional<TestCluster> find(String name) {
      return Optional.empty();
    }

    @Override
    public boolean remove(String name) {
      return false;
    }

    @Override
    public List<String> removeAbandoned() {
      return List.of();
    }
  }
}
