package dev.modelfleet.operator.apply;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.name.Sha256;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes desired objects by server-side apply, and only those that differ. */
public final class ServerSideApply {

  private static final Logger LOG = LoggerFactory.getLogger(ServerSideApply.class);

  private final KubernetesClient client;
  private final AppliedState state;
  private final PatchContext taking;
  private final PatchContext yielding;

  public ServerSideApply(KubernetesClient client) {
    this(client, Labels.MODELFLEET);
  }

  /** Writes as another field manager than the operator's usual one. */
  public ServerSideApply(KubernetesClient client, String fieldManager) {
    this.client = client;
    this.taking = context(fieldManager, true);
    this.yielding = context(fieldManager, false);
    this.state = new AppliedState(client.getKubernetesSerialization());
  }

  private static PatchContext context(String fieldManager, boolean force) {
    return new PatchContext.Builder()
        .withPatchType(PatchType.SERVER_SIDE_APPLY)
        .withFieldManager(fieldManager)
        .withForce(force)
        .build();
  }

  /**
   * Makes the cluster hold {@code desired}.
   *
   * <p>A hash of what was applied is kept in an annotation: it shows that a field is no longer
   * desired, which comparing what is desired with what is there cannot.
   *
   * @param actual the object as the cache has it
   * @return whether something was written
   */
  public boolean apply(HasMetadata desired, Optional<? extends HasMetadata> actual) {
    return applied(desired, actual, true).isPresent();
  }

  /**
   * Does what {@link #apply} does.
   *
   * @param mayTake whether a field that somebody else has set otherwise is taken; if not, the write
   *     fails with a conflict where there is one
   * @return the object as it is after a write; empty where nothing was written
   */
  public <T extends HasMetadata> Optional<T> applied(
      T desired, Optional<? extends HasMetadata> actual, boolean mayTake) {
    String hash = annotateWithHash(desired);
    if (actual.isPresent() && !state.differs(desired, actual.get(), hash)) {
      return Optional.empty();
    }
    T written = client.resource(desired).patch(mayTake ? taking : yielding);
    LOG.info(
        "applied {} {}/{}",
        desired.getKind(),
        desired.getMetadata().getNamespace(),
        desired.getMetadata().getName());
    return Optional.of(written);
  }

  private String annotateWithHash(HasMetadata desired) {
    String text =
        ContractJson.write(client.getKubernetesSerialization().convertValue(desired, Map.class));
    Map<String, String> annotations =
        new HashMap<>(
            Optional.ofNullable(desired.getMetadata().getAnnotations()).orElseGet(Map::of));
    String hash = Sha256.hex(text).substring(0, 16);
    annotations.put(Labels.APPLIED, hash);
    desired.getMetadata().setAnnotations(annotations);
    return hash;
  }
}
