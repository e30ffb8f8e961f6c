package dev.modelfleet.operator.status;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import java.util.Objects;
import java.util.function.Supplier;

/** Writes a status by server-side apply, and only where it differs from what is there. */
public final class StatusReport {

  private StatusReport() {}

  /**
   * Writes.
   *
   * @param primary the object as the cache has it
   * @param empty makes an object of the kind
   * @return whether something was written
   */
  public static <S, P extends CustomResource<?, S>> boolean write(
      P primary, S status, Supplier<P> empty, Context<P> context) {
    if (Objects.equals(primary.getStatus(), status)) {
      return false;
    }
    P fresh = empty.get();
    fresh.setMetadata(
        new ObjectMetaBuilder()
            .withName(primary.getMetadata().getName())
            .withNamespace(primary.getMetadata().getNamespace())
            .withUid(primary.getMetadata().getUid())
            .build());
    fresh.setStatus(status);
    PrimaryUpdateAndCacheUtils.ssaPatchStatusAndCacheResource(primary, fresh, context);
    return true;
  }
}
