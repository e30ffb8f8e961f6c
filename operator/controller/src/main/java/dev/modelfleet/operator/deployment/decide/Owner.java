package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;

/** Ownership of what a ModelDeployment makes. */
public final class Owner {

  private Owner() {}

  /** Of what belongs to this ModelDeployment alone. */
  public static OwnerReference controller(ModelDeployment owner) {
    return reference(owner).withController(true).withBlockOwnerDeletion(false).build();
  }

  /** Of a variant, which several ModelDeployments may share: it goes with the last of them. */
  public static OwnerReference shared(ModelDeployment owner) {
    return reference(owner).build();
  }

  /** Whether an object is owned by the ModelDeployment, alone or with others. */
  public static boolean owns(ModelDeployment owner, HasMetadata object) {
    return object.getMetadata().getOwnerReferences().stream()
        .anyMatch(reference -> owner.getMetadata().getUid().equals(reference.getUid()));
  }

  private static OwnerReferenceBuilder reference(ModelDeployment owner) {
    return new OwnerReferenceBuilder()
        .withApiVersion(owner.getApiVersion())
        .withKind(owner.getKind())
        .withName(owner.getMetadata().getName())
        .withUid(owner.getMetadata().getUid());
  }
}
