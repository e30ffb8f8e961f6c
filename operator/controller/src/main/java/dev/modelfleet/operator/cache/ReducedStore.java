package dev.modelfleet.operator.cache;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.function.UnaryOperator;

/** Holds of each object of a cache only what is looked at: a whole pod takes about 10 KiB. */
public final class ReducedStore<T extends HasMetadata> extends BasicItemStore<T> {

  private final UnaryOperator<T> reduce;

  /** A store. */
  public ReducedStore(UnaryOperator<T> reduce) {
    super(Cache::metaNamespaceKeyFunc);
    this.reduce = reduce;
  }

  @Override
  public T put(String key, T object) {
    return super.put(key, object == null ? null : reduce.apply(object));
  }

  @Override
  public boolean isFullState() {
    return false;
  }

  /** What is looked at of a serving pod: where it is, whose it is, and how its containers are. */
  public static Pod pod(Pod pod) {
    PodBuilder reduced = new PodBuilder().withMetadata(meta(pod));
    reduced.withNewSpec().withNodeName(pod.getSpec().getNodeName()).endSpec();
    if (pod.getStatus() != null) {
      reduced
          .withNewStatus()
          .withConditions(
              pod.getStatus().getConditions().stream()
                  .filter(condition -> "Ready".equals(condition.getType()))
                  .toList())
          .withContainerStatuses(pod.getStatus().getContainerStatuses())
          .endStatus();
    }
    return reduced.build();
  }

  private static ObjectMeta meta(HasMetadata object) {
    ObjectMeta all = object.getMetadata();
    return new ObjectMetaBuilder()
        .withName(all.getName())
        .withNamespace(all.getNamespace())
        .withUid(all.getUid())
        .withResourceVersion(all.getResourceVersion())
        .withDeletionTimestamp(all.getDeletionTimestamp())
        .withLabels(all.getLabels())
        .withOwnerReferences(all.getOwnerReferences())
        .build();
  }
}
