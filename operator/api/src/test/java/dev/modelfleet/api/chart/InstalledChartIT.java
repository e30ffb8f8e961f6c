package dev.modelfleet.api.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** What the API server makes of the installed chart. */
@WithTestCluster(nodes = 0)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InstalledChartIT {

  private static final String OPERATOR = "modelfleet-operator";
  private static final String ACCOUNT =
      "--as=system:serviceaccount:" + Helm.NAMESPACE + ":" + OPERATOR;

  private final Helm helm;
  private final KubernetesClient client;

  InstalledChartIT(TestCluster cluster) {
    helm = new Helm(cluster);
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(cluster.kubeconfig().toFile()))
            .build();
  }

  @BeforeAll
  void install() {
    helm.install();
  }

  @AfterAll
  void uninstall() {
    helm.uninstall();
  }

  @Test
  void theDefinitionsAreThere() {
    assertThat(helm.kubectl("get", "crds", "-o", "name").output().lines())
        .contains(
            "customresourcedefinition.apiextensions.k8s.io/modeldeployments.modelfleet.dev",
            "customresourcedefinition.apiextensions.k8s.io/compressionpolicies.modelfleet.dev",
            "customresourcedefinition.apiextensions.k8s.io/hardwaretargets.modelfleet.dev",
            "customresourcedefinition.apiextensions.k8s.io/modelvariants.modelfleet.dev",
            "customresourcedefinition.apiextensions.k8s.io/edgeclusters.modelfleet.dev");
  }

  @Test
  void theOperatorsPodMeetsTheRestrictedStandard() {
    assertThat(
            helm.kubectl(
                    "label",
                    "namespace",
                    Helm.NAMESPACE,
                    "--overwrite",
                    "pod-security.kubernetes.io/enforce=restricted")
                .status())
        .isZero();
    Deployment deployment =
        client.apps().deployments().inNamespace(Helm.NAMESPACE).withName(OPERATOR).require();
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName("operator")
            .endMetadata()
            .withSpec(deployment.getSpec().getTemplate().getSpec())
            .build();

    Pod admitted = client.pods().inNamespace(Helm.NAMESPACE).resource(pod).dryRun().create();

    assertThat(admitted.getSpec().getContainers())
        .allSatisfy(
            container ->
                assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue());
  }

  /**
   * A question to the API server's authorizer.
   *
   * @param verb of the request
   * @param resource that it is for
   * @param namespace of the request
   * @param allowed whether the operator may
   */
  private record Access(String verb, String resource, String namespace, boolean allowed) {}

  private static Access may(String verb, String resource) {
    return new Access(verb, resource, "default", true);
  }

  private static Access mayNot(String verb, String resource) {
    return new Access(verb, resource, "default", false);
  }

  @TestFactory
  Stream<DynamicTest> theOperatorMayDoItsWorkAndNoMore() {
    return Stream.of(
            may("watch", "modeldeployments.modelfleet.dev"),
            may("patch", "modeldeployments.modelfleet.dev/status"),
            may("create", "modelvariants.modelfleet.dev"),
            may("create", "jobs.batch"),
            may("patch", "deployments.apps"),
            may("patch", "daemonsets.apps"),
            may("delete", "controllerrevisions.apps"),
            may("list", "pods"),
            may("create", "events"),
            may("list", "nodes"),
            may("get", "secrets"),
            new Access("update", "leases.coordination.k8s.io", Helm.NAMESPACE, true),
            mayNot("patch", "modeldeployments.modelfleet.dev"),
            mayNot("patch", "compressionpolicies.modelfleet.dev"),
            mayNot("delete", "modeldeployments.modelfleet.dev"),
            mayNot("list", "secrets"),
            mayNot("create", "secrets"),
            mayNot("delete", "jobs.batch"),
            mayNot("create", "pods"),
            mayNot("delete", "pods"),
            mayNot("create", "pods/exec"),
            mayNot("patch", "nodes"),
            mayNot("create", "clusterrolebindings.rbac.authorization.k8s.io"),
            mayNot("update", "leases.coordination.k8s.io"),
            mayNot("patch", "customresourcedefinitions.apiextensions.k8s.io"))
        .map(
            access ->
                DynamicTest.dynamicTest(
                    (access.allowed() ? "may " : "may not ")
                        + access.verb()
                        + " "
                        + access.resource(),
                    () -> assertThat(ask(access)).isEqualTo(access.allowed() ? "yes" : "no")));
  }

  private String ask(Access access) {
    String[] resource = access.resource().split("/", -1);
    Helm.Result result =
        resource.length == 1
            ? helm.kubectl(
                "auth", "can-i", access.verb(), resource[0], "-n", access.namespace(), ACCOUNT)
            : helm.kubectl(
                "auth",
                "can-i",
                access.verb(),
                resource[0],
                "--subresource=" + resource[1],
                "-n",
                access.namespace(),
                ACCOUNT);
    return result.status() == 0 ? "yes" : "no";
  }

  @Test
  void editorsMayDeployAndNotTouchVariants() {
    assertThat(client.rbac().clusterRoles().withName(OPERATOR + "-edit").require().getRules())
        .singleElement()
        .satisfies(
            rule ->
                assertThat(rule.getResources())
                    .containsExactlyInAnyOrder("modeldeployments", "compressionpolicies"));
  }
}
