package dev.modelfleet.api.chart;

import dev.modelfleet.testclusters.TestCluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The Helm program on the chart. */
final class Helm {

  static final String CHART = "../../charts/modelfleet";
  static final String NAMESPACE = "modelfleet-system";

  /** The values without which the chart can't be installed. */
  private static final List<String> REQUIRED =
      List.of(
          "--set", "image.repository=registry.example.com/modelfleet/operator",
          "--set", "runtimeImage.repository=registry.example.com/modelfleet/runtime",
          "--set", "registry.repository=registry.example.com:5000/modelfleet/variants");

  private final TestCluster cluster;

  Helm(TestCluster cluster) {
    this.cluster = cluster;
  }

  /** What a program left. */
  record Result(int status, String output) {}

  /** The rendered objects, with {@code key=value} values beside the required ones. */
  List<HasMetadata> render(String... values) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "template",
                "modelfleet",
                CHART,
                "--namespace",
                NAMESPACE,
                "--kube-version",
                "1.36"));
    arguments.addAll(REQUIRED);
    Stream.of(values).forEach(value -> arguments.addAll(List.of("--set", value)));
    return Stream.of(succeed(run(arguments)).split("(?m)^---$"))
        .filter(document -> document.contains("kind:"))
        .map(document -> (HasMetadata) Serialization.unmarshal(document, KubernetesResource.class))
        .toList();
  }

  /** Installs the chart with the required values, without waiting for pods. */
  void install() {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "install", "modelfleet", CHART, "--namespace", NAMESPACE, "--create-namespace"));
    arguments.addAll(REQUIRED);
    succeed(run(arguments));
  }

  void uninstall() {
    succeed(run(List.of("uninstall", "modelfleet", "--namespace", NAMESPACE)));
  }

  static List<String> required() {
    return REQUIRED;
  }

  private static String succeed(Result result) {
    if (result.status() != 0) {
      throw new IllegalStateException(
          "helm ended with " + result.status() + ": " + result.output());
    }
    return result.output();
  }

  Result run(List<String> arguments) {
    return execute(cluster.helm().toString(), "--kubeconfig", arguments);
  }

  Result kubectl(String... arguments) {
    return execute(cluster.kubectl().toString(), "--kubeconfig", List.of(arguments));
  }

  private Result execute(String program, String option, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(arguments);
    command.addAll(List.of(option, cluster.kubeconfig().toString()));
    try {
      Process process = new ProcessBuilder(command).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      return new Result(status, status == 0 ? output : errors);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + command, e);
    }
  }
}
