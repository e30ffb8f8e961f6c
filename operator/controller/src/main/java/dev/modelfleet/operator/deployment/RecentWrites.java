package dev.modelfleet.operator.deployment;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.Optional;

/**
 * Puts what was just written into the cache, until the watch brings it: a look at the object in
 * between would else not see it and write it once more. The echo of the write wakes nobody.
 */
final class RecentWrites {

  private RecentWrites() {}

  /**
   * Keeps an object.
   *
   * @param applied as the API server answered
   * @param before as the cache had it
   */
  @SuppressWarnings("unchecked")
  static void keep(
      HasMetadata applied,
      Optional<? extends HasMetadata> before,
      Context<ModelDeployment> context) {
    var source =
        (InformerEventSource<HasMetadata, ModelDeployment>)
            context
                .eventSourceRetriever()
                .getEventSourceFor((Class<HasMetadata>) applied.getClass());
    ResourceID id = ResourceID.fromResource(applied);
    if (before.isPresent()) {
      source.handleRecentResourceUpdate(id, applied, before.get());
    } else {
      source.handleRecentResourceCreate(id, applied);
    }
  }
}
