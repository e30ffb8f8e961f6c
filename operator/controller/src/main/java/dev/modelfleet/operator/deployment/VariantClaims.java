package dev.modelfleet.operator.deployment;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.ModelVariantSpec;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.operator.deployment.decide.Owner;
import dev.modelfleet.operator.name.Labels;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares ModelVariants between ModelDeployments: each user is an owner, so that the cluster's
 * garbage collection removes a variant with its last user, and a user that no longer needs it takes
 * its name off.
 */
final class VariantClaims {

  private static final Logger LOG = LoggerFactory.getLogger(VariantClaims.class);

  private final KubernetesClient client;

  VariantClaims(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Makes the variant, or becomes one of its owners.
   *
   * @param seen the variant as the cache has it
   */
  void claim(
      ModelDeployment owner, String name, ModelVariantSpec spec, Optional<ModelVariant> seen) {
    if (seen.isPresent()) {
      share(owner, seen.get());
    } else if (!create(owner, name, spec)) {
      Optional.ofNullable(resource(owner, name).get()).ifPresent(there -> share(owner, there));
    }
  }

  private void share(ModelDeployment owner, ModelVariant variant) {
    if (!Owner.owns(owner, variant) && variant.getMetadata().getDeletionTimestamp() == null) {
      addOwner(resource(owner, variant.getMetadata().getName()), variant, Owner.shared(owner));
    }
  }

  /** Stops owning the variant; without another owner it is removed. */
  void release(ModelDeployment owner, ModelVariant variant) {
    String name = variant.getMetadata().getName();
    Resource<ModelVariant> resource = resource(owner, name);
    ModelVariant there = resource.get();
    if (there == null || !Owner.owns(owner, there)) {
      return;
    }
    List<OwnerReference> others =
        there.getMetadata().getOwnerReferences().stream()
            .filter(reference -> !reference.getUid().equals(owner.getMetadata().getUid()))
            .toList();
    if (others.isEmpty()) {
      LOG.info(
          "removing ModelVariant {}/{}: nothing needs it",
          owner.getMetadata().getNamespace(),
          name);
      client.resource(there).lockResourceVersion(there.getMetadata().getResourceVersion()).delete();
    } else {
      setOwners(resource, there, others);
    }
  }

  /** Whether it was made: it may be there already. */
  private boolean create(ModelDeployment owner, String name, ModelVariantSpec spec) {
    ModelVariant variant = new ModelVariant();
    variant.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withNamespace(owner.getMetadata().getNamespace())
            .withLabels(Map.of(Labels.MANAGED_BY, Labels.MODELFLEET))
            .withOwnerReferences(Owner.shared(owner))
            .build());
    variant.setSpec(spec);
    try {
      client.resource(variant).create();
      LOG.info("created ModelVariant {}/{}", owner.getMetadata().getNamespace(), name);
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      return false;
    }
  }

  /** Appends, so that many that claim one variant at a time do not get into each other's way. */
  private static void addOwner(
      Resource<ModelVariant> resource, ModelVariant seen, OwnerReference owner) {
    String patch =
        ContractJson.write(
            List.of(
                Map.of("op", "test", "path", "/metadata/uid", "value", seen.getMetadata().getUid()),
                Map.of("op", "add", "path", "/metadata/ownerReferences/-", "value", owner)));
    resource.patch(PatchContext.of(PatchType.JSON), patch);
  }

  private static void setOwners(
      Resource<ModelVariant> resource, ModelVariant seen, List<OwnerReference> owners) {
    String patch =
        ContractJson.write(
            List.of(
                Map.of(
                    "op",
                    "test",
                    "path",
                    "/metadata/resourceVersion",
                    "value",
                    seen.getMetadata().getResourceVersion()),
                Map.of("op", "add", "path", "/metadata/ownerReferences", "value", owners)));
    resource.patch(PatchContext.of(PatchType.JSON), patch);
  }

  private Resource<ModelVariant> resource(ModelDeployment owner, String name) {
    return client
        .resources(ModelVariant.class)
        .inNamespace(owner.getMetadata().getNamespace())
        .withName(name);
  }
}
