package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** How a member cluster is reached. */
@ApiObject
@ValidationRule(
    value = "(has(self.mode) && self.mode == 'Pull') != has(self.kubeconfigSecretRef)",
    message =
        """
        mode Push needs kubeconfigSecretRef, and mode Pull, in which the cluster's agent reaches \
        the hub, takes none: add or remove kubeconfigSecretRef\
        """)
public record EdgeClusterSpec(
    @Default("Push")
        @JsonPropertyDescription(
            """
            Who reaches whom. Push: the operator reaches the cluster by kubeconfigSecretRef. Pull: \
            an agent in the cluster reaches the hub, so that the cluster may be behind NAT.\
            """)
        Mode mode,
    @JsonPropertyDescription(
            """
            Secret that holds a kubeconfig for the cluster, of which the current context is used, \
            or an Argo CD cluster Secret as it is (label argocd.argoproj.io/secret-type: cluster). \
            With mode Push only, which needs it.\
            """)
        SecretKeyReference kubeconfigSecretRef,
    @Size(min = 1, max = 63)
        @Pattern(Formats.DNS_LABEL)
        @JsonPropertyDescription(
            """
            The cluster's namespace in which everything is put, so that a credential may be \
            limited to it. Absent: the namespaces of the ModelDeployments, made where they are \
            missing. Example: models\
            """)
        String namespace,
    @Size(max = 16)
        @JsonPropertyDescription(
            """
            When what the cluster serves may change. Outside of all windows a new revision waits \
            and holds nothing else up; one that fails is taken back at any time, and a first \
            revision is served at once. Absent or empty: at any time.\
            """)
        List<MaintenanceWindow> maintenanceWindows) {

  public EdgeClusterSpec {
    maintenanceWindows = Formats.copy(maintenanceWindows);
  }

  /** Who reaches whom. */
  public enum Mode {
    /** The operator reaches the cluster. */
    @JsonProperty("Push")
    PUSH,
    /** An agent in the cluster reaches the hub. */
    @JsonProperty("Pull")
    PULL
  }

  /** Whether an agent in the cluster reaches the hub. */
  public static boolean pulls(EdgeClusterSpec spec) {
    return spec != null && spec.mode() == Mode.PULL;
  }
}
