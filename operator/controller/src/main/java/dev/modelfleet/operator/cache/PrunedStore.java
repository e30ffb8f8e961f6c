package dev.modelfleet.operator.cache;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.List;
import java.util.function.Consumer;

/**
 * What an informer keeps of objects: all but what no decision looks at. Field managers' records
 * alone are often more than half of an object.
 *
 * <p>Each informer reads objects of its own from the API server, so they are changed in place.
 */
public class PrunedStore<T extends HasMetadata> extends BasicItemStore<T> {

  private final Consumer<T> prune;

  /** Leaves the field managers' records out. */
  public PrunedStore() {
    this(object -> {});
  }

  /**
   * Leaves more out.
   *
   * @param prune takes from an object what is not looked at; name, namespace, uid, resource version
   *     and owners must stay
   */
  public PrunedStore(Consumer<T> prune) {
    super(Cache::metaNamespaceKeyFunc);
    this.prune = prune;
  }

  /** Of Jobs: how they ended. */
  public static PrunedStore<Job> ofJobs() {
    return new PrunedStore<>(job -> job.setSpec(null));
  }

  /** Of pods: their state and their containers' resources. */
  public static PrunedStore<Pod> ofPods() {
    return new PrunedStore<>(
        pod -> {
          var spec = pod.getSpec();
          spec.setVolumes(null);
          spec.setInitContainers(null);
          spec.setAffinity(null);
          spec.setTolerations(null);
          spec.getContainers().forEach(container -> container.setEnv(null));
          spec.getContainers().forEach(container -> container.setVolumeMounts(null));
        });
  }

  @Override
  public T put(String key, T object) {
    object.getMetadata().setManagedFields(List.of());
    prune.accept(object);
    return super.put(key, object);
  }
}
