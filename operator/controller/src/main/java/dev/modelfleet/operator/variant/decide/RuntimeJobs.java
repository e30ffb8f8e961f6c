package dev.modelfleet.operator.variant.decide;

import dev.modelfleet.api.v1alpha1.Engine;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.ModelVariantSpec;
import dev.modelfleet.api.v1alpha1.NodeToleration;
import dev.modelfleet.api.variant.VariantRequest;
import dev.modelfleet.artifact.BuildRequest;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.ProbeRequest;
import dev.modelfleet.operator.OperatorSettings;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.name.ResourceName;
import dev.modelfleet.operator.pod.ModelVolume;
import dev.modelfleet.operator.pod.RuntimePod;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The build and probe Jobs of variants. Names are deterministic, so that a Job is never made twice,
 * whatever restarts in between.
 */
public final class RuntimeJobs {

  /** Container of a build Job, and value of its component label. */
  public static final String BUILD = "build";

  /** Container of a probe Job, and value of its component label. */
  public static final String PROBE = "probe";

  /** Annotation of a probe Job: the node that it is pinned to. */
  public static final String NODE = "modelfleet.dev/node";

  private static final int PERMANENT = dev.modelfleet.artifact.ExitCode.PERMANENT_FAILURE;
  private static final int TRIES = 3;
  private static final int KEPT_SECONDS = 3600;
  private static final long PROBE_SECONDS = 900;
  private static final long MEBI = 1L << 20;

  private final OperatorSettings settings;
  private final RuntimePod pods;

  public RuntimeJobs(OperatorSettings settings, RuntimePod pods) {
    this.settings = settings;
    this.pods = pods;
  }

  /** Name of an attempt's build Job. */
  public static String buildName(ModelVariant variant, int attempt) {
    return ResourceName.of(variant.getMetadata().getName(), BUILD, Integer.toString(attempt));
  }

  /** Name of a try's probe Job. */
  public static String probeName(ModelVariant variant, int attempt, int probeTry) {
    return ResourceName.of(
        variant.getMetadata().getName(),
        PROBE,
        Integer.toString(attempt),
        Integer.toString(probeTry));
  }

  /** The build Job of an attempt. */
  public Job build(ModelVariant variant, int attempt, List<String> excluded) {
    ModelVariantSpec spec = variant.getSpec();
    VariantRequest request = new VariantRequest(spec);
    String json =
        ContractJson.write(
            request.build(excluded, settings.registry(), settings.plainHttpRegistries()));
    PodSpecBuilder pod = pods.pod().addToVolumes(RuntimePod.temporary(settings.buildStorage()));
    ContainerBuilder container =
        pods.container(BUILD, List.of(BUILD))
            .addToEnv(RuntimePod.environment(BuildRequest.ENVIRONMENT_VARIABLE, json))
            .withResources(
                new ResourceRequirementsBuilder()
                    .addToRequests("cpu", new Quantity("250m"))
                    .addToRequests("memory", new Quantity("512Mi"))
                    .addToLimits("cpu", settings.buildCpu())
                    .addToLimits("memory", settings.buildMemory())
                    .addToLimits("ephemeral-storage", settings.buildStorage())
                    .build());
    for (String claim : request.claims()) {
      pod.addToVolumes(claim(claim));
      container.addToVolumeMounts(
          RuntimePod.mount(volumeOf(claim), VariantRequest.CLAIMS_PATH + "/" + claim, true));
    }
    RuntimePod.addCredentials(pod, container, secrets(spec));
    pod.addToContainers(container.build());
    return job(
        variant,
        buildName(variant, attempt),
        BUILD,
        settings.buildTimeoutSeconds(),
        pod,
        Map.of(Labels.EXCLUDED_RECIPES, String.join(",", excluded)));
  }

  /** The probe Job of a try, pinned to a node. */
  public Job probe(
      ModelVariant variant,
      int attempt,
      int probeTry,
      String reference,
      long modelBytes,
      String node,
      boolean requestsDevice) {
    ModelVariantSpec spec = variant.getSpec();
    VariantRequest request = new VariantRequest(spec);
    String json = ContractJson.write(request.probe(ModelVolume.PATH, settings.probeIterations()));
    PodSpecBuilder pod = pods.pod().addToVolumes(RuntimePod.temporary());
    pods.addModel(pod, reference, secrets(spec));
    pod.addToTolerations(
            spec.target().tolerations().stream()
                .map(NodeToleration::toToleration)
                .toArray(io.fabric8.kubernetes.api.model.Toleration[]::new))
        .withNewAffinity()
        .withNewNodeAffinity()
        .withNewRequiredDuringSchedulingIgnoredDuringExecution()
        .addNewNodeSelectorTerm()
        .addNewMatchField()
        .withKey("metadata.name")
        .withOperator("In")
        .withValues(node)
        .endMatchField()
        .endNodeSelectorTerm()
        .endRequiredDuringSchedulingIgnoredDuringExecution()
        .endNodeAffinity()
        .endAffinity();
    var resources =
        new ResourceRequirementsBuilder()
            .addToRequests("cpu", new Quantity("100m"))
            .addToRequests("memory", new Quantity("128Mi"))
            .addToLimits("memory", probeMemory(request.gates().maxMemory(), modelBytes));
    if (requestsDevice) {
      String device = spec.target().device().resourceName();
      resources.addToRequests(device, new Quantity("1")).addToLimits(device, new Quantity("1"));
    }
    pod.addToContainers(
        pods.container(PROBE, List.of(PROBE))
            .addToEnv(RuntimePod.environment(ProbeRequest.ENVIRONMENT_VARIABLE, json))
            .addToVolumeMounts(RuntimePod.modelMount())
            .withResources(resources.build())
            .build());
    return job(
        variant,
        probeName(variant, attempt, probeTry),
        PROBE,
        PROBE_SECONDS,
        pod,
        Map.of(NODE, node));
  }

  /** Whether the engine computes on the target's device, or on the CPU beside it. */
  public static boolean needsDevice(ModelVariantSpec spec) {
    return spec.target().engine().executionProvider() == Engine.ExecutionProvider.CUDA;
  }

  /**
   * Memory limit of a probe: above the gate, so that the probe can tell by how much it is missed,
   * and by the model's size where there is no gate.
   */
  static Quantity probeMemory(Long gate, long modelBytes) {
    long bySize = 3 * modelBytes + 512 * MEBI;
    long bytes = gate == null ? bySize : Math.max(2 * gate, bySize);
    return new Quantity(Long.toString((bytes + MEBI - 1) / MEBI), "Mi");
  }

  private List<String> secrets(ModelVariantSpec spec) {
    List<String> secrets = new ArrayList<>();
    if (settings.pushSecret() != null) {
      secrets.add(settings.pushSecret());
    }
    if (spec.source().pullSecretRef() != null
        && !secrets.contains(spec.source().pullSecretRef().name())) {
      secrets.add(spec.source().pullSecretRef().name());
    }
    return secrets;
  }

  private Job job(
      ModelVariant variant,
      String name,
      String component,
      long deadline,
      PodSpecBuilder pod,
      Map<String, String> annotations) {
    Map<String, String> labels = new HashMap<>(Labels.component(component));
    labels.put(Labels.VARIANT, variant.getMetadata().getName());
    return new JobBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(variant.getMetadata().getNamespace())
        .withLabels(labels)
        .withAnnotations(annotations)
        .addNewOwnerReference()
        .withApiVersion(variant.getApiVersion())
        .withKind(variant.getKind())
        .withName(variant.getMetadata().getName())
        .withUid(variant.getMetadata().getUid())
        .withController(true)
        .withBlockOwnerDeletion(false)
        .endOwnerReference()
        .endMetadata()
        .withNewSpec()
        .withBackoffLimit(TRIES)
        .withActiveDeadlineSeconds(deadline)
        .withTtlSecondsAfterFinished(KEPT_SECONDS)
        .withNewPodFailurePolicy()
        .addNewRule()
        .withAction("Ignore")
        .addNewOnPodCondition()
        .withType("DisruptionTarget")
        .withStatus("True")
        .endOnPodCondition()
        .endRule()
        .addNewRule()
        .withAction("FailJob")
        .withNewOnExitCodes()
        .withContainerName(component)
        .withOperator("In")
        .withValues(PERMANENT)
        .endOnExitCodes()
        .endRule()
        .endPodFailurePolicy()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels)
        .endMetadata()
        .withSpec(pod.withRestartPolicy("Never").build())
        .endTemplate()
        .endSpec()
        .build();
  }

  private static io.fabric8.kubernetes.api.model.Volume claim(String name) {
    return new VolumeBuilder()
        .withName(volumeOf(name))
        .withNewPersistentVolumeClaim()
        .withClaimName(name)
        .withReadOnly(true)
        .endPersistentVolumeClaim()
        .build();
  }

  private static String volumeOf(String claim) {
    return "claim-" + ResourceName.label(ResourceName.of(50, claim), 50, "source");
  }
}
