package dev.modelfleet.kubectl;

import dev.modelfleet.api.v1alpha1.GoDuration;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.ModelVariantStatus;
import dev.modelfleet.api.v1alpha1.TargetStatus;
import dev.modelfleet.api.v1alpha1.VariantProof;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.name.ResourceName;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code top}. */
@Command(
    name = "top",
    mixinStandardHelpOptions = true,
    description =
        "Shows what each target answers: its pods' metrics, read through the API server, twice.")
final class TopCommand implements Callable<Integer> {

  private static final int METRICS_PORT = 8002;
  private static final int AT_ONCE = 16;

  @Mixin private ClusterOptions cluster;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "Name of the ModelDeployment.")
  private String name;

  @Option(
      names = "--interval",
      paramLabel = "DURATION",
      defaultValue = "5s",
      description = "Between the two readings. Default: ${DEFAULT-VALUE}.")
  private String interval;

  /**
   * What was read of a target's pods.
   *
   * @param pods number of pods that answered
   * @param silent number of pods that did not
   */
  record Reading(int pods, int silent, Samples samples) {
    Reading plus(Reading other) {
      return new Reading(pods + other.pods, silent + other.silent, samples.plus(other.samples));
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    Duration between = duration();
    try (KubernetesClient client = cluster.client()) {
      Map<String, String> proven = energy(client, ClusterOptions.deployment(client, name));
      Map<String, Reading> first = read(client);
      Thread.sleep(between);
      Map<String, Reading> second = read(client);
      var out = spec.commandLine().getOut();
      out.print(table(first, second, between, proven));
      out.flush();
      return ExitCode.DONE;
    }
  }

  private Duration duration() {
    try {
      return GoDuration.parse(interval);
    } catch (IllegalArgumentException e) {
      throw new CommandException("--interval is " + interval + ": give a duration such as 5s");
    }
  }

  /** Joules of one inference as the probe measured them, by target. */
  private static Map<String, String> energy(KubernetesClient client, ModelDeployment deployment) {
    Map<String, String> energy = new HashMap<>();
    if (deployment.getStatus() == null) {
      return energy;
    }
    for (TargetStatus target : deployment.getStatus().targetStatuses()) {
      Optional.ofNullable(target.variant())
          .map(variant -> client.resources(ModelVariant.class).withName(variant).get())
          .map(ModelVariant::getStatus)
          .map(ModelVariantStatus::proof)
          .map(VariantProof::energyPerInference)
          .ifPresent(joules -> energy.put(target.name(), joules.toString()));
    }
    return energy;
  }

  private Map<String, Reading> read(KubernetesClient client) throws InterruptedException {
    List<Pod> pods =
        client
            .pods()
            .withLabel(Labels.MODEL_DEPLOYMENT, ResourceName.of(name))
            .withLabel(Labels.COMPONENT, "serve")
            .list()
            .getItems();
    Map<String, List<Future<Reading>>> readings = new LinkedHashMap<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Pod pod : pods) {
        readings
            .computeIfAbsent(
                pod.getMetadata().getLabels().get(Labels.TARGET), t -> new ArrayList<>())
            .add(threads.submit(() -> read(client, pod)));
      }
      Map<String, Reading> sums = new TreeMap<>();
      for (var target : readings.entrySet()) {
        for (Future<Reading> reading : target.getValue()) {
          sums.merge(target.getKey(), reading.get(), Reading::plus);
        }
      }
      return sums;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Reading read(KubernetesClient client, Pod pod) {
    var meta = pod.getMetadata();
    try {
      String page =
          client.raw(
              "/api/v1/namespaces/%s/pods/%s:%d/proxy/metrics"
                  .formatted(meta.getNamespace(), meta.getName(), METRICS_PORT));
      return page == null
          ? new Reading(0, 1, Samples.NONE)
          : new Reading(1, 0, Samples.parse(page));
    } catch (KubernetesClientException e) {
      if (e.getCode() == 403) {
        throw e;
      }
      return new Reading(0, 1, Samples.NONE);
    }
  }

  /**
   * The table, from two readings by target and the time between them.
   *
   * @param proven joules of one inference by target, shown where no pod measures them
   */
  static String table(
      Map<String, Reading> first,
      Map<String, Reading> second,
      Duration between,
      Map<String, String> proven) {
    TextTable table =
        new TextTable(
            "TARGET", "PODS", "SILENT", "REQUESTS/S", "FAILURES/S", "P50", "P99", "J/REQUEST");
    double seconds = Math.max(between.toMillis() / 1000.0, 1e-3);
    second.forEach(
        (target, now) -> {
          Samples before = first.getOrDefault(target, new Reading(0, 0, Samples.NONE)).samples();
          Samples delta = now.samples().since(before);
          table.row(
              target,
              now.pods(),
              now.silent(),
              decimal(delta.requests() / seconds),
              decimal(delta.failures() / seconds),
              millis(delta.quantile(0.5)),
              millis(delta.quantile(0.99)),
              delta.joules() == null || delta.requests() <= 0
                  ? proven.get(target)
                  : decimal(delta.joules() / delta.requests()));
        });
    return table.text();
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.1f", Math.max(0, value));
  }

  private static String millis(double seconds) {
    return Double.isNaN(seconds) ? null : GoDuration.ofMillis(seconds * 1000);
  }
}
