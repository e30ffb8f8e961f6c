package dev.modelfleet.testclusters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelfleet.testclusters.host.Await;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pod sees on a real node of a locally built cluster, and what the host sees of it. */
@WithTestCluster(nodes = 2)
class LocalClusterE2E {
  private static final String NAMESPACE = "local-cluster-e2e";

  private static KubernetesClient client;

  @BeforeAll
  static void connect(TestCluster cluster) {
    assumeTrue(cluster.faults().isPresent(), "the cluster at hand is not a locally built one");
    Config config = Config.fromKubeconfig(cluster.kubeconfig().toFile());
    client = new KubernetesClientBuilder().withConfig(config).build();
    client
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(NAMESPACE)
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                .endMetadata()
                .build())
        .create();
  }

  @AfterAll
  static void removeNamespace() {
    if (client == null) {
      return;
    }
    client.namespaces().withName(NAMESPACE).withGracePeriod(0).delete();
    client.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"edge-1", "gpu-1"})
  void aRestrictedPodReachesApiServerServicesAndRegistry(String node) throws Exception {
    Pod pod = run("reach-" + node, node, "", "echo started; sleep 600");

    assertThat(exec(pod, "fetch http://registry.modelfleet.local:5000/v2/")).isEqualTo("{}");
    assertThat(exec(pod, "fetch --resolve kubernetes.default.svc.cluster.local")).startsWith("10.");
    assertThat(
            exec(
                pod,
                "S=/var/run/secrets/kubernetes.io/serviceaccount;"
                    + " SSL_CERT_FILE=$S/ca.crt fetch --token-file $S/token"
                    + " https://kubernetes.default.svc/version"))
        .contains("v1.36.3");
    assertThat(exec(pod, "id -u")).isEqualTo("1000");
    assertThat(client.pods().resource(pod).getLog()).isEqualTo("started\n");
  }

  @Test
  void anArtifactIsPulledFromTheRegistryAndMounted(TestCluster cluster) throws Exception {
    String digest;
    try (OciPush push = new OciPush(cluster.registry().hostAddress())) {
      digest = push.push("models/tiny", "v1", "model.onnx", "weights");
    }
    String reference = cluster.registry().clusterAddress() + "/models/tiny@" + digest;
    String volume =
        """
        volumes: [{name: model, image: {reference: "%s", pullPolicy: IfNotPresent}}]
        """
            .formatted(reference);

    Pod pod = run("mounts", "edge-1", volume, "sleep 600");

    assertThat(exec(pod, "cat /model/model.onnx")).isEqualTo("weights");
    assertThat(exec(pod, "touch /model/new 2>/dev/null || echo read-only")).isEqualTo("read-only");
  }

  @Test
  void theRegistryDeletesManifests(TestCluster cluster) throws Exception {
    try (OciPush push = new OciPush(cluster.registry().hostAddress())) {
      String digest = push.push("models/gone", "v1", "model.onnx", "weights");

      push.delete("models/gone", digest);

      assertThat(
              get("http://%s/v2/models/gone/manifests/v1"
                      .formatted(cluster.registry().hostAddress()))
                  .statusCode())
          .isEqualTo(404);
    }
  }

  @Test
  void nodesAreLabelledAndOneGpuTakesOnePod() throws Exception {
    assertThat(label("edge-1", "node.kubernetes.io/instance-type")).isEqualTo("k3s");
    assertThat(label("gpu-1", "modelfleet.dev/accelerator")).isEqualTo("gpu");

    Pod first = run("gpu-first", null, "", "sleep 600", "nvidia.com/gpu: 1, ");
    Pod second = create("gpu-second", null, "", "sleep 600", "nvidia.com/gpu: 1, ");

    assertThat(client.pods().resource(first).get().getSpec().getNodeName()).isEqualTo("gpu-1");
    client
        .pods()
        .resource(second)
        .waitUntilCondition(
            pod ->
                pod.getStatus().getConditions().stream()
                    .anyMatch(c -> "Unschedulable".equals(c.getReason())),
            30,
            TimeUnit.SECONDS);
    client.pods().resource(first).withGracePeriod(0).delete();
    client.pods().resource(second).waitUntilReady(30, TimeUnit.SECONDS);
    client.pods().resource(second).withGracePeriod(0).delete();
  }

  @Test
  void theHostReachesPodsAndServices() throws Exception {
    Pod pod = run("web", "gpu-1", "", "echo hello > /tmp/index.html; httpd -f -p 8080 -h /tmp");
    client
        .resource(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: %s}
            spec: {selector: {name: web}, ports: [{port: 80, targetPort: 8080}]}
            """
                .formatted(NAMESPACE))
        .create();
    String service =
        client.services().inNamespace(NAMESPACE).withName("web").get().getSpec().getClusterIP();
    String podIp = client.pods().resource(pod).get().getStatus().getPodIP();

    Await.until(
        "the host reaches the Service",
        Duration.ofSeconds(20),
        () -> answers("http://%s/index.html".formatted(service)));
    assertThat(get("http://%s:8080/index.html".formatted(podIp)).body()).isEqualTo("hello\n");
  }

  @Test
  void aNodeThatIsCutOffKeepsItsPodAndComesBack(TestCluster cluster) throws Exception {
    Pod pod = run("island", "edge-1", "", "echo hello > /tmp/index.html; httpd -f -p 8080 -h /tmp");
    String url =
        "http://%s:8080/index.html"
            .formatted(client.pods().resource(pod).get().getStatus().getPodIP());
    Faults faults = cluster.faults().orElseThrow();
    Await.until("the pod answers", Duration.ofSeconds(10), () -> answers(url));

    faults.cutOff("edge-1");
    assertThat(answers(url)).isFalse();
    faults.reconnect("edge-1");

    Await.until("the pod answers again", Duration.ofSeconds(20), () -> answers(url));
    assertThat(client.pods().resource(pod).get().getStatus().getContainerStatuses())
        .allSatisfy(status -> assertThat(status.getRestartCount()).isZero());
  }

  @Test
  void aRestartedKubeletKeepsPodsAndGpus(TestCluster cluster) throws Exception {
    Pod pod = run("survivor", "gpu-1", "", "sleep 600");
    Faults faults = cluster.faults().orElseThrow();

    faults.killKubelet("gpu-1");
    faults.startKubelet("gpu-1");

    Node node = client.nodes().withName("gpu-1").get();
    assertThat(node.getStatus().getAllocatable())
        .containsEntry("nvidia.com/gpu", new Quantity("1"));
    assertThat(client.pods().resource(pod).get().getStatus().getContainerStatuses())
        .allSatisfy(status -> assertThat(status.getRestartCount()).isZero());
    assertThat(exec(pod, "echo here")).isEqualTo("here");
  }

  @Test
  void aPodReachesASecondClusterBesideThisOne() throws Exception {
    String name = "member-" + ProcessHandle.current().pid();
    Pod pod = run("traveller", "edge-1", "", "sleep 600");
    try (TestCluster member = TestCluster.start(ClusterSpec.named(name).withNodes(1))) {
      Config config = Config.fromKubeconfig(member.kubeconfig().toFile());
      String api = URI.create(config.getMasterUrl()).getHost();

      assertThat(exec(pod, "fetch http://%s:5000/v2/".formatted(api))).isEqualTo("{}");
      assertThat(exec(pod, "fetch %sversion 2>&1 || true".formatted(config.getMasterUrl())))
          .contains("certificate");
    }
  }

  private static Pod run(String name, String node, String volumes, String script) {
    return run(name, node, volumes, script, "");
  }

  private static Pod run(String name, String node, String volumes, String script, String limits) {
    Pod pod = create(name, node, volumes, script, limits);
    client.pods().resource(pod).waitUntilReady(60, TimeUnit.SECONDS);
    return pod;
  }

  private static Pod create(
      String name, String node, String volumes, String script, String limits) {
    String mounts = volumes.isEmpty() ? "[]" : "[{name: model, mountPath: /model}]";
    Pod pod =
        client
            .getKubernetesSerialization()
            .unmarshal(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: "%s", namespace: %s, labels: {name: "%s"}}
                spec:
                  %s
                  terminationGracePeriodSeconds: 0
                  securityContext:
                    runAsNonRoot: true
                    runAsUser: 1000
                    seccompProfile: {type: RuntimeDefault}
                  containers:
                  - name: main
                    image: %s
                    command: [sh, -c, '%s']
                    resources: {limits: {%s memory: 64Mi}}
                    volumeMounts: %s
                    securityContext:
                      allowPrivilegeEscalation: false
                      capabilities: {drop: [ALL]}
                """
                    .formatted(
                        name,
                        NAMESPACE,
                        name,
                        volumes.strip(),
                        TestCluster.BUSYBOX_IMAGE,
                        script,
                        limits,
                        mounts),
                Pod.class);
    if (node != null) {
      pod.getSpec().setNodeSelector(Map.of("kubernetes.io/hostname", node));
    }
    return client.pods().resource(pod).create();
  }

  private static String exec(Pod pod, String script) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream error = new ByteArrayOutputStream();
    try (ExecWatch watch =
        client
            .pods()
            .resource(pod)
            .writingOutput(out)
            .writingError(error)
            .exec("sh", "-c", script)) {
      int status = watch.exitCode().get(20, TimeUnit.SECONDS);
      assertThat(status).as(error.toString(StandardCharsets.UTF_8)).isZero();
    }
    return out.toString(StandardCharsets.UTF_8).strip();
  }

  private static String label(String node, String label) {
    return client.nodes().withName(node).get().getMetadata().getLabels().get(label);
  }

  private static boolean answers(String url) {
    try {
      return get(url).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static HttpResponse<String> get(String url) throws IOException, InterruptedException {
    Duration limit = Duration.ofSeconds(2);
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(limit).build()) {
      return http.send(
          HttpRequest.newBuilder(URI.create(url)).timeout(limit).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
