package dev.modelfleet.testclusters;

import dev.modelfleet.testclusters.kind.KindProvider;
import dev.modelfleet.testclusters.local.LocalProvider;
import dev.modelfleet.testclusters.local.StateDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The ways to get a cluster, the preferred first. */
public final class Providers {
  private final List<ClusterProvider> providers;

  /** The providers in their order. */
  public Providers(List<ClusterProvider> providers) {
    this.providers = List.copyOf(providers);
  }

  /** An explicit kubeconfig, else KIND, else a locally built cluster. */
  public static Providers standard(Consumer<String> progress) {
    Map<String, String> environment = System.getenv();
    return new Providers(
        List.of(
            new ExistingProvider(environment, progress),
            new KindProvider(
                environment, StateDirectory.root().resolveSibling("modelfleet-kind"), progress),
            new LocalProvider(StateDirectory.root(), progress)));
  }

  /** Why no provider can give the wanted cluster, each with its reason; empty where one can try. */
  public Optional<String> unavailable(ClusterSpec spec) {
    List<String> reasons = new ArrayList<>();
    for (ClusterProvider provider : providers) {
      Optional<String> reason = provider.unavailable(spec);
      if (reason.isEmpty()) {
        return Optional.empty();
      }
      reasons.add(provider.description() + ": " + reason.get());
    }
    return Optional.of(String.join("; ", reasons));
  }

  /**
   * Starts the cluster with the first provider that can.
   *
   * @throws ClusterException when none can, or when that one fails
   */
  public TestCluster start(ClusterSpec spec) {
    return providers.stream()
        .filter(provider -> provider.unavailable(spec).isEmpty())
        .findFirst()
        .orElseThrow(
            () ->
                new ClusterException(
                    "No test cluster can run here. " + unavailable(spec).orElseThrow()))
        .start(spec);
  }

  /** The running cluster of that name; closing what is found leaves it running. */
  public Optional<TestCluster> find(String name) {
    return providers.stream().flatMap(provider -> provider.find(name).stream()).findFirst();
  }

  /** Removes the cluster of that name, whoever started it; false where there was none. */
  public boolean remove(String name) {
    return providers.stream().anyMatch(provider -> provider.remove(name));
  }

  /** Removes what clusters left whose starter was killed, and returns their names. */
  public List<String> removeAbandoned() {
    return providers.stream().flatMap(provider -> provider.removeAbandoned().stream()).toList();
  }
}
