package dev.modelfleet.operator.pod;

import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;

/** How a variant's artifact is put under {@value #PATH} of a pod. */
public enum ModelVolume {
  /** The kubelet mounts the OCI artifact itself, read-only, and keeps it on the node. */
  IMAGE,

  /** An init container of the runtime image fetches it into a volume of the pod. */
  FETCH;

  /** Where a container finds the model. */
  public static final String PATH = "/model";

  /** Name of the volume. */
  public static final String NAME = "model";

  /** The first minor version of Kubernetes 1 that mounts OCI artifacts unless told not to. */
  private static final int IMAGE_VOLUMES_SINCE = 35;

  /**
   * What a cluster can do.
   *
   * @param major of the API server's version
   * @param minor of the API server's version; a trailing {@code +} is not looked at
   */
  public static ModelVolume of(String major, String minor) {
    int number = Integer.parseInt(minor.replaceAll("\\D.*$", ""));
    boolean newer = Integer.parseInt(major) > 1;
    return newer || number >= IMAGE_VOLUMES_SINCE ? IMAGE : FETCH;
  }

  Volume volume(String reference, String pullPolicy) {
    return switch (this) {
      case IMAGE ->
          new VolumeBuilder()
              .withName(NAME)
              .withNewImage()
              .withReference(reference)
              .withPullPolicy(pullPolicy)
              .endImage()
              .build();
      case FETCH -> new VolumeBuilder().withName(NAME).withNewEmptyDir().endEmptyDir().build();
    };
  }
}
