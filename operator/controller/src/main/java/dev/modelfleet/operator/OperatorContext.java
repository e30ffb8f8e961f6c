package dev.modelfleet.operator;

import dev.modelfleet.operator.analysis.BearerTokens;
import dev.modelfleet.operator.analysis.Measurements;
import dev.modelfleet.operator.analysis.PrometheusClient;
import dev.modelfleet.operator.apply.ServerSideApply;
import dev.modelfleet.operator.event.EventRecorder;
import dev.modelfleet.operator.member.MemberClusters;
import dev.modelfleet.operator.placement.NodeCache;
import dev.modelfleet.operator.pod.ModelVolume;
import dev.modelfleet.operator.pod.RuntimePod;
import dev.modelfleet.operator.source.RegistryClient;
import dev.modelfleet.operator.source.SourceResolver;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.VersionInfo;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;

/**
 * What all reconcilers share.
 *
 * @param client to the cluster of the operator
 * @param settings of the operator
 * @param clock the time
 * @param pods how pods of the runtime image look in this cluster
 * @param events the recorder of Events
 * @param apply the writer of desired objects
 * @param sources the resolver of URIs
 * @param nodes the nodes of the cluster, watched from the start of the first controller on
 * @param members the member clusters
 * @param measurements of rollouts under way
 */
public record OperatorContext(
    KubernetesClient client,
    OperatorSettings settings,
    InstantSource clock,
    RuntimePod pods,
    EventRecorder events,
    ServerSideApply apply,
    SourceResolver sources,
    NodeCache nodes,
    MemberClusters members,
    Measurements measurements)
    implements AutoCloseable {

  private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration REGISTRY_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration SOURCE_TIME_TO_LIVE = Duration.ofMinutes(5);

  /** Puts it together for a cluster. */
  public static OperatorContext of(
      KubernetesClient client, OperatorSettings settings, InstantSource clock) {
    RegistryClient registry =
        new RegistryClient(REGISTRY_TIMEOUT, Set.copyOf(settings.plainHttpRegistries()));
    return new OperatorContext(
        client,
        settings,
        clock,
        new RuntimePod(settings, modelVolume(client, settings)),
        new EventRecorder(client, clock),
        new ServerSideApply(client),
        new SourceResolver(registry, client, clock, SOURCE_TIME_TO_LIVE),
        new NodeCache(client),
        new MemberClusters(client, clock),
        new Measurements(new PrometheusClient(QUERY_TIMEOUT), new BearerTokens(client), clock));
  }

  private static ModelVolume modelVolume(KubernetesClient client, OperatorSettings settings) {
    return switch (settings.modelMount()) {
      case IMAGE_VOLUME -> ModelVolume.IMAGE;
      case FETCH -> ModelVolume.FETCH;
      case AUTO -> {
        VersionInfo version = client.getKubernetesVersion();
        yield ModelVolume.of(version.getMajor(), version.getMinor());
      }
    };
  }

  @Override
  public void close() {
    sources.close();
    nodes.close();
    members.close();
    measurements.close();
  }
}
