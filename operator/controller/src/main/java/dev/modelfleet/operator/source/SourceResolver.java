package dev.modelfleet.operator.source;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Turns URIs into digests without ever blocking a reconciler: the first question starts a request
 * on a thread of its own and answers {@link Resolution.Pending}; when the registry has answered,
 * the waiting object is woken. One registry that hangs holds only its own {@value #PER_REGISTRY}
 * requests. Answers are kept for a while, refusals for a growing while.
 */
public final class SourceResolver implements AutoCloseable {

  private static final int PER_REGISTRY = 4;
  private static final int MAX_ENTRIES = 10_000;

  private final RegistryClient registry;
  private final KubernetesClient kubernetes;
  private final InstantSource clock;
  private final Duration timeToLive;
  private final Map<Question, Entry> entries = new ConcurrentHashMap<>();
  private final Map<String, Semaphore> permits = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * A resolver.
   *
   * @param timeToLive how long an answer holds
   */
  public SourceResolver(
      RegistryClient registry,
      KubernetesClient kubernetes,
      InstantSource clock,
      Duration timeToLive) {
    this.registry = registry;
    this.kubernetes = kubernetes;
    this.clock = clock;
    this.timeToLive = timeToLive;
  }

  /**
   * A URI, asked for an object of a namespace.
   *
   * @param pullSecret name of the Secret with credentials; null for anonymous
   */
  public record Question(String namespace, String uri, String pullSecret) {}

  private record Entry(Resolution resolution, Instant validUntil, int failures) {}

  /**
   * What is known now.
   *
   * @param whenAnswered run once when a request that this call started has been answered
   */
  public Resolution resolve(Question question, Runnable whenAnswered) {
    Optional<ImageReference> image = ImageReference.parse(question.uri());
    if (image.isEmpty()) {
      return new Resolution.Unresolved(
          SourceReason.INVALID_SOURCE,
          question.uri() + " is not oci://host/repository:tag: correct the URI");
    }
    if (image.get().digest() != null) {
      return new Resolution.Resolved(image.get().digest());
    }
    Instant now = clock.instant();
    Entry known = entries.get(question);
    if (known != null && now.isBefore(known.validUntil())) {
      return known.resolution();
    }
    int failures = known == null ? 0 : known.failures();
    Resolution shown = known == null ? new Resolution.Pending() : known.resolution();
    Entry asking = new Entry(shown, now.plus(Duration.ofMinutes(1)), failures);
    boolean mine =
        known == null
            ? entries.putIfAbsent(question, asking) == null
            : entries.replace(question, known, asking);
    if (mine) {
      threads.execute(() -> ask(question, image.get(), failures, whenAnswered));
    }
    return shown;
  }

  /** How long until a failed question may be asked again. */
  static Duration backOff(int failures) {
    return Duration.ofSeconds(Math.min(300, 5L << Math.min(failures, 6)));
  }

  private void ask(Question question, ImageReference image, int failures, Runnable whenAnswered) {
    Semaphore permit = permits.computeIfAbsent(image.registry(), r -> new Semaphore(PER_REGISTRY));
    try {
      permit.acquire();
      try {
        remember(question, answer(question, image), failures);
      } finally {
        permit.release();
      }
      whenAnswered.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Resolution answer(Question question, ImageReference image) throws InterruptedException {
    if (question.pullSecret() == null) {
      return registry.resolve(image, RegistryCredentials.anonymous());
    }
    try {
      Secret secret =
          kubernetes
              .secrets()
              .inNamespace(question.namespace())
              .withName(question.pullSecret())
              .get();
      return secret == null
          ? new Resolution.Unresolved(
              SourceReason.REGISTRY_AUTH,
              "Secret %s does not exist in namespace %s: create it or remove pullSecretRef"
                  .formatted(question.pullSecret(), question.namespace()))
          : registry.resolve(image, RegistryCredentials.from(secret));
    } catch (IllegalArgumentException e) {
      return new Resolution.Unresolved(SourceReason.REGISTRY_AUTH, e.getMessage());
    } catch (KubernetesClientException e) {
      return new Resolution.Unresolved(
          SourceReason.REGISTRY_AUTH,
          "Secret %s could not be read: %s".formatted(question.pullSecret(), e.getMessage()));
    }
  }

  private void remember(Question question, Resolution resolution, int failures) {
    Instant now = clock.instant();
    if (entries.size() > MAX_ENTRIES) {
      entries.values().removeIf(entry -> now.isAfter(entry.validUntil()));
    }
    boolean failed = resolution instanceof Resolution.Unresolved;
    Duration holds = failed ? backOff(failures) : timeToLive;
    entries.put(question, new Entry(resolution, now.plus(holds), failed ? failures + 1 : 0));
  }

  /** Stops asking. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
