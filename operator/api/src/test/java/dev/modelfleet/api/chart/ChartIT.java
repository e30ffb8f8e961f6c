package dev.modelfleet.api.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** What the chart renders from its values, and which values it refuses. */
@WithTestCluster(nodes = 0)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChartIT {

  private static final Path SETTINGS =
      Path.of("../controller/src/main/java/dev/modelfleet/operator/OperatorSettings.java");

  private final Helm helm;

  ChartIT(TestCluster cluster) {
    helm = new Helm(cluster);
  }

  @Test
  void lintFindsNothing() {
    List<String> lint = new ArrayList<>(List.of("lint", Helm.CHART, "--strict", "--quiet"));
    lint.addAll(Helm.required());
    assertThat(helm.run(lint).status()).isZero();
  }

  @Test
  void everythingHasTheChartsLabels() {
    assertThat(helm.render())
        .hasSizeGreaterThan(6)
        .allSatisfy(
            object ->
                assertThat(object.getMetadata().getLabels())
                    .as(object.getFullResourceName() + " " + object.getMetadata().getName())
                    .containsEntry("app.kubernetes.io/name", "modelfleet")
                    .containsEntry("app.kubernetes.io/instance", "modelfleet"));
  }

  /**
   * A value and what the operator is told by it.
   *
   * @param value as {@code helm --set} takes it
   * @param variable of the operator's environment
   * @param told its value
   */
  private record Setting(String value, String variable, String told) {}

  @TestFactory
  Stream<DynamicTest> valuesReachTheOperator() {
    return Stream.of(
            new Setting(
                "replicas=1",
                "MODELFLEET_REGISTRY",
                "registry.example.com:5000/modelfleet/variants"),
            new Setting(
                "replicas=1",
                "MODELFLEET_RUNTIME_IMAGE",
                "registry.example.com/modelfleet/runtime:0.1.0-SNAPSHOT"),
            new Setting(
                "runtimeImage.tag=1.2.3",
                "MODELFLEET_RUNTIME_IMAGE",
                "registry.example.com/modelfleet/runtime:1.2.3"),
            new Setting(
                "runtimeImage.digest=sha256:" + "a".repeat(64),
                "MODELFLEET_RUNTIME_IMAGE",
                "registry.example.com/modelfleet/runtime@sha256:" + "a".repeat(64)),
            new Setting("runtimeImage.pullPolicy=Never", "MODELFLEET_RUNTIME_PULL_POLICY", "Never"),
            new Setting(
                "registry.plainHttp={a:5000,b}", "MODELFLEET_REGISTRY_PLAIN_HTTP", "a:5000,b"),
            new Setting("registry.pushSecretName=push", "MODELFLEET_REGISTRY_PUSH_SECRET", "push"),
            new Setting("modelMount=ImageVolume", "MODELFLEET_MODEL_MOUNT", "ImageVolume"),
            new Setting("build.cpu=500m", "MODELFLEET_BUILD_CPU", "500m"),
            new Setting("build.memory=2Gi", "MODELFLEET_BUILD_MEMORY", "2Gi"),
            new Setting("build.ephemeralStorage=1Gi", "MODELFLEET_BUILD_STORAGE", "1Gi"),
            new Setting("build.timeoutSeconds=600", "MODELFLEET_BUILD_TIMEOUT_SECONDS", "600"),
            new Setting("probe.iterations=20", "MODELFLEET_PROBE_ITERATIONS", "20"),
            new Setting("javaOptions=-Xmx200m", "JDK_JAVA_OPTIONS", "-Xmx200m"))
        .map(
            setting ->
                DynamicTest.dynamicTest(
                    setting.value() + " gives " + setting.variable(),
                    () ->
                        assertThat(environment(helm.render(setting.value())))
                            .containsEntry(setting.variable(), setting.told())));
  }

  /** The names stand in two languages, which no compiler compares. */
  @Test
  void theOperatorReadsTheVariablesThatTheChartSetsAndNoOthers() throws IOException {
    String settings = Files.readString(SETTINGS);
    Set<String> read =
        Pattern.compile("environment, \"([A-Z_]+)\"")
            .matcher(settings)
            .results()
            .map(name -> "MODELFLEET_" + name.group(1))
            .collect(Collectors.toSet());

    assertThat(environment(helm.render()).keySet())
        .filteredOn(name -> name.startsWith("MODELFLEET_"))
        .containsExactlyInAnyOrderElementsOf(read);
  }

  @Test
  void theOperatorsImageIsPinnedByDigestWhereOneIsGiven() {
    assertThat(
            container(helm.render("image.digest=sha256:" + "b".repeat(64), "image.tag=ignored"))
                .getImage())
        .isEqualTo("registry.example.com/modelfleet/operator@sha256:" + "b".repeat(64));
  }

  /**
   * Arguments that Helm refuses.
   *
   * @param arguments beside {@code template}
   * @param message part of the answer
   */
  private record Refused(List<String> arguments, String message) {}

  @TestFactory
  Stream<DynamicTest> wrongValuesAreRefused() {
    List<String> required = Helm.required();
    return Stream.of(
            new Refused(required.subList(0, 4), "registry.repository is not set"),
            new Refused(required.subList(2, 6), "image.repository is not set"),
            new Refused(
                Stream.of(required.subList(0, 2), required.subList(4, 6))
                    .flatMap(List::stream)
                    .toList(),
                "runtimeImage.repository is not set"),
            new Refused(
                List.of("--set", "registry.repository=https://r/v"), "at '/registry/repository'"),
            new Refused(List.of("--set", "modelMount=HostPath"), "at '/modelMount'"),
            new Refused(List.of("--set", "image.digest=latest"), "at '/image/digest'"),
            new Refused(List.of("--set", "replica=2"), "'replica' not allowed"))
        .map(
            refused ->
                DynamicTest.dynamicTest(
                    refused.message(),
                    () -> {
                      List<String> command =
                          new ArrayList<>(
                              List.of(
                                  "template", "modelfleet", Helm.CHART, "--kube-version", "1.36"));
                      command.addAll(refused.arguments());
                      Helm.Result result = helm.run(command);
                      assertThat(result.status()).isNotZero();
                      assertThat(result.output()).contains(refused.message());
                    }));
  }

  @Test
  void theOperatorsRoleHasNoWildcardAndNoWayUp() {
    List<PolicyRule> rules =
        helm.render().stream()
            .filter(ClusterRole.class::isInstance)
            .map(ClusterRole.class::cast)
            .flatMap(role -> role.getRules().stream())
            .toList();

    assertThat(rules)
        .isNotEmpty()
        .allSatisfy(
            rule -> {
              assertThat(rule.getVerbs())
                  .doesNotContain("*", "escalate", "bind", "impersonate", "deletecollection");
              assertThat(rule.getResources()).doesNotContain("*", "pods/exec", "pods/attach");
              assertThat(rule.getApiGroups()).doesNotContain("*");
            });
  }

  private static Map<String, String> environment(List<HasMetadata> objects) {
    Map<String, String> environment = new HashMap<>();
    for (EnvVar variable : container(objects).getEnv()) {
      environment.put(variable.getName(), variable.getValue());
    }
    return environment;
  }

  private static Container container(List<HasMetadata> objects) {
    return objects.stream()
        .filter(Deployment.class::isInstance)
        .map(Deployment.class::cast)
        .findFirst()
        .orElseThrow()
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst();
  }
}
