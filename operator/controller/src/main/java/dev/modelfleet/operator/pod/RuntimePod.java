package dev.modelfleet.operator.pod;

import dev.modelfleet.operator.OperatorSettings;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * What every pod of the runtime image has: the restricted Pod Security Standard, a read-only root,
 * a bounded {@code /tmp}, no service account token, and its credentials and model mounted.
 */
public final class RuntimePod {

  private static final String TEMPORARY = "tmp";
  private static final String CREDENTIALS = "registry-credentials";
  private static final String CREDENTIALS_PATH = "/etc/modelfleet/registry";
  private static final Volume TEMPORARY_FILES = temporary(new Quantity("256Mi"));

  private final OperatorSettings settings;
  private final ModelVolume modelVolume;

  /**
   * Pods of a cluster.
   *
   * @param modelVolume what the cluster can do
   */
  public RuntimePod(OperatorSettings settings, ModelVolume modelVolume) {
    this.settings = settings;
    this.modelVolume = modelVolume;
  }

  /** A pod without containers. */
  public PodSpecBuilder pod() {
    return new PodSpecBuilder()
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withSecurityContext(podSecurity());
  }

  /**
   * A container that runs one of the image's commands.
   *
   * @param name of the container
   * @param arguments the command and its options
   */
  public ContainerBuilder container(String name, List<String> arguments) {
    return new ContainerBuilder()
        .withName(name)
        .withImage(settings.runtimeImage())
        .withImagePullPolicy(settings.imagePullPolicy())
        .withArgs(arguments)
        .withSecurityContext(containerSecurity())
        .withTerminationMessagePath("/dev/termination-log")
        .withTerminationMessagePolicy("File")
        .addToEnv(environment("ORT_DISABLE_TELEMETRY", "1"))
        .addToVolumeMounts(mount(TEMPORARY, "/tmp", false));
  }

  /** The volume of {@code /tmp}, of the usual size. */
  public static Volume temporary() {
    return TEMPORARY_FILES;
  }

  /** The volume of {@code /tmp}. */
  public static Volume temporary(Quantity limit) {
    return new VolumeBuilder()
        .withName(TEMPORARY)
        .withNewEmptyDir()
        .withSizeLimit(limit)
        .endEmptyDir()
        .build();
  }

  /** Adds an artifact's volume, and what fetches it where the cluster cannot mount it. */
  public void addModel(PodSpecBuilder pod, String reference, List<String> secrets) {
    pod.addToVolumes(modelVolume.volume(reference, "IfNotPresent"));
    secrets.forEach(name -> pod.addToImagePullSecrets(new LocalObjectReference(name)));
    if (modelVolume == ModelVolume.FETCH) {
      ContainerBuilder fetch =
          container("fetch", fetchArguments(reference))
              .addToVolumeMounts(mount(ModelVolume.NAME, ModelVolume.PATH, false));
      addCredentials(pod, fetch, secrets);
      pod.addToInitContainers(fetch.build());
    }
  }

  /** Where a container sees the model. */
  public static VolumeMount modelMount() {
    return mount(ModelVolume.NAME, ModelVolume.PATH, true);
  }

  /**
   * Mounts docker-registry Secrets into a container and tells it where they are.
   *
   * @param secrets names, in order of preference; may be empty
   */
  public static void addCredentials(
      PodSpecBuilder pod, ContainerBuilder container, List<String> secrets) {
    if (secrets.isEmpty()) {
      return;
    }
    if (!pod.hasMatchingVolume(volume -> CREDENTIALS.equals(volume.getName()))) {
      pod.addToVolumes(credentials(secrets));
    }
    String files =
        String.join(
            ":", secrets.stream().map(name -> CREDENTIALS_PATH + "/" + name + ".json").toList());
    container
        .addToEnv(environment("MODELFLEET_DOCKER_CONFIG", files))
        .addToVolumeMounts(mount(CREDENTIALS, CREDENTIALS_PATH, true));
  }

  /** An environment variable. */
  public static EnvVar environment(String name, String value) {
    return new EnvVarBuilder().withName(name).withValue(value).build();
  }

  /** A volume's place in a container. */
  public static VolumeMount mount(String volume, String path, boolean readOnly) {
    return new VolumeMountBuilder()
        .withName(volume)
        .withMountPath(path)
        .withReadOnly(readOnly ? true : null)
        .build();
  }

  private List<String> fetchArguments(String reference) {
    List<String> arguments = new ArrayList<>(List.of("pull", "--to", ModelVolume.PATH));
    for (String registry : settings.plainHttpRegistries()) {
      arguments.add("--plain-http");
      arguments.add(registry);
    }
    arguments.add("oci://" + reference);
    return arguments;
  }

  private static Volume credentials(List<String> secrets) {
    var projected = new VolumeBuilder().withName(CREDENTIALS).withNewProjected();
    for (String secret : secrets) {
      projected
          .addNewSource()
          .withNewSecret()
          .withName(secret)
          .addNewItem()
          .withKey(".dockerconfigjson")
          .withPath(secret + ".json")
          .endItem()
          .endSecret()
          .endSource();
    }
    return projected.endProjected().build();
  }

  private static PodSecurityContext podSecurity() {
    return new PodSecurityContextBuilder()
        .withRunAsNonRoot(true)
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .build();
  }

  private static SecurityContext containerSecurity() {
    return new SecurityContextBuilder()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .build();
  }
}
