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
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares ModelVariants between ModelDeployments: each user is an owner, so that the cluster's
 * garbage collection removes a variant with its last user, and a user that no longer needs it takes
 * its name off.
 *
 * <p>Those that ask for a variant within a moment become its owners in one write: a model that a
 * thousand ModelDeployments share would else cost as many.
 */
final class VariantClaims {

  private static final Logger LOG = LoggerFactory.getLogger(VariantClaims.class);

  /** Long enough for those that were applied together, too short to be noticed beside a build. */
  private static final long GATHER_MILLIS = 250;

  /** What is asked for of one variant. */
  private record Claim(
      String name, ModelVariantSpec spec, Map<ResourceID, ModelDeployment> owners) {}

  private final KubernetesClient client;
  private final Consumer<ResourceID> wake;
  private final Executor later =
      CompletableFuture.delayedExecutor(
          GATHER_MILLIS, TimeUnit.MILLISECONDS, command -> Thread.ofVirtual().start(command));
  private final Map<ResourceID, Claim> claims = new HashMap<>();
  private final Map<ResourceID, RuntimeException> failures = new ConcurrentHashMap<>();

  /**
   * Claims.
   *
   * @param wake called with an owner whose claim failed: it hears nothing else of it
   */
  VariantClaims(KubernetesClient client, Consumer<ResourceID> wake) {
    this.client = client;
    this.wake = wake;
  }

  /**
   * Makes the variant, or becomes one of its owners, soon; the owner hears of it as of any change
   * of the variant.
   *
   * @throws RuntimeException that an earlier claim of this owner ended with
   */
  synchronized void claim(
      ModelDeployment owner,
      String name,
      ModelVariantSpec spec,
      Supplier<Optional<ModelVariant>> seen) {
    ResourceID id = ResourceID.fromResource(owner);
    RuntimeException failure = failures.remove(id);
    if (failure != null) {
      throw failure;
    }
    ResourceID variant = new ResourceID(name, owner.getMetadata().getNamespace());
    Claim claim = claims.get(variant);
    if (claim == null) {
      claim = new Claim(name, spec, new LinkedHashMap<>());
      claims.put(variant, claim);
      later.execute(() -> carryOut(variant, seen));
    }
    claim.owners().put(id, owner);
  }

  private void carryOut(ResourceID variant, Supplier<Optional<ModelVariant>> seen) {
    Claim claim;
    synchronized (this) {
      claim = claims.remove(variant);
    }
    List<ModelDeployment> owners = List.copyOf(claim.owners().values());
    try {
      carryOut(claim, owners, seen.get());
    } catch (RuntimeException e) {
      claim
          .owners()
          .keySet()
          .forEach(
              owner -> {
                failures.put(owner, e);
                wake.accept(owner);
              });
    }
  }

  private void carryOut(Claim claim, List<ModelDeployment> owners, Optional<ModelVariant> seen) {
    if (seen.isPresent()) {
      share(owners, seen.get());
    } else if (!create(owners, claim.name(), claim.spec())) {
      ModelVariant there = resource(owners.getFirst(), claim.name()).get();
      if (there == null) {
        throw leaving(claim.name());
      }
      share(owners, there);
    }
  }

  /** Its owners are tried again until it is gone and can be made anew. */
  private static IllegalStateException leaving(String name) {
    return new IllegalStateException("ModelVariant " + name + " is just being removed");
  }

  private void share(List<ModelDeployment> owners, ModelVariant variant) {
    if (variant.getMetadata().getDeletionTimestamp() != null) {
      throw leaving(variant.getMetadata().getName());
    }
    List<OwnerReference> more =
        owners.stream().filter(o -> !Owner.owns(o, variant)).map(Owner::shared).toList();
    if (!more.isEmpty()) {
      addOwners(resource(owners.getFirst(), variant.getMetadata().getName()), variant, more);
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
  private boolean create(List<ModelDeployment> owners, String name, ModelVariantSpec spec) {
    String namespace = owners.getFirst().getMetadata().getNamespace();
    ModelVariant variant = new ModelVariant();
    variant.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withNamespace(namespace)
            .withLabels(Map.of(Labels.MANAGED_BY, Labels.MODELFLEET))
            .withOwnerReferences(owners.stream().map(Owner::shared).toList())
            .build());
    variant.setSpec(spec);
    try {
      client.resource(variant).create();
      LOG.info("created ModelVariant {}/{}", namespace, name);
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      return false;
    }
  }

  /** Appends, so that several that claim one variant at a time do not get into each other's way. */
  private static void addOwners(
      Resource<ModelVariant> resource, ModelVariant seen, List<OwnerReference> owners) {
    List<Map<String, Object>> patch = new ArrayList<>();
    patch.add(Map.of("op", "test", "path", "/metadata/uid", "value", seen.getMetadata().getUid()));
    owners.forEach(
        owner ->
            patch.add(Map.of("op", "add", "path", "/metadata/ownerReferences/-", "value", owner)));
    resource.patch(PatchContext.of(PatchType.JSON), ContractJson.write(patch));
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
