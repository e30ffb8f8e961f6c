package dev.modelfleet.quickstart;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Shows how a ModelDeployment and its variants come along, until it is Ready. */
final class Progress {

  private final KubernetesClient client;
  private final String namespace;
  private final String name;
  private final PrintStream out;
  private final Instant start = Instant.now();
  private final Map<String, String> shown = new ConcurrentHashMap<>();
  private final CompletableFuture<Duration> ready = new CompletableFuture<>();

  Progress(KubernetesClient client, String namespace, String name, PrintStream out) {
    this.client = client;
    this.namespace = namespace;
    this.name = name;
    this.out = out;
  }

  /**
   * Waits until the ModelDeployment is Ready.
   *
   * @return how long that took from now
   * @throws IllegalStateException with its message when it stalls, or is not ready in time
   */
  Duration awaitReady(Duration limit) {
    try (var variants =
            client
                .resources(ModelVariant.class)
                .inNamespace(namespace)
                .watch(new Printer<>("variant", Progress::variantState, variant -> {}));
        var deployments =
            client
                .resources(ModelDeployment.class)
                .inNamespace(namespace)
                .withName(name)
                .watch(new Printer<>("deployment", Progress::deploymentState, this::judge))) {
      return ready.get(limit.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "%s/%s was not ready within %s: %s".formatted(namespace, name, limit, shown), e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + name, e);
    }
  }

  private void judge(ModelDeployment deployment) {
    var status = deployment.getStatus();
    if (status == null
        || !deployment.getMetadata().getGeneration().equals(status.observedGeneration())) {
      return;
    }
    if (condition(status.conditions(), "Ready").filter(Condition::isTrue).isPresent()) {
      ready.complete(Duration.between(start, Instant.now()));
    }
    condition(status.conditions(), "Stalled")
        .filter(Condition::isTrue)
        .ifPresent(
            stalled ->
                ready.completeExceptionally(
                    new IllegalStateException(stalled.reason() + ": " + stalled.message())));
  }

  private static Optional<Condition> condition(Collection<Condition> conditions, String type) {
    return conditions.stream().filter(condition -> condition.type().equals(type)).findFirst();
  }

  private static String variantState(ModelVariant variant) {
    var status = variant.getStatus();
    if (status == null || status.phase() == null) {
      return "Pending";
    }
    String recipe = status.recipe() == null ? "" : " (" + status.recipe() + ")";
    return PhaseNames.of(status.phase()) + recipe;
  }

  private static String deploymentState(ModelDeployment deployment) {
    var status = deployment.getStatus();
    if (status == null || status.phase() == null) {
      return "Pending";
    }
    return PhaseNames.of(status.phase())
        + (status.message() == null ? "" : ": " + status.message());
  }

  /** Prints an object's state each time that it changes. */
  private final class Printer<T extends HasMetadata> implements Watcher<T> {
    private final String kind;
    private final Function<T, String> state;
    private final java.util.function.Consumer<T> judge;

    Printer(String kind, Function<T, String> state, java.util.function.Consumer<T> judge) {
      this.kind = kind;
      this.state = state;
      this.judge = judge;
    }

    @Override
    public void eventReceived(Action action, T object) {
      String line = "%s %s".formatted(kind, object.getMetadata().getName());
      String now = state.apply(object);
      if (!now.equals(shown.put(line, now))) {
        Duration since = Duration.between(start, Instant.now());
        out.printf("  %2d:%02d  %s  %s%n", since.toMinutes(), since.toSecondsPart(), line, now);
      }
      judge.accept(object);
    }

    @Override
    public void onClose(WatcherException cause) {
      ready.completeExceptionally(cause);
    }
  }
}
