package dev.modelfleet.operator.member.decide;

import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The member clusters and what they were told of one ModelDeployment.
 *
 * @param clusters every member cluster that is not leaving, by name
 * @param deployments the ModelDeployment's EdgeDeployments, by cluster
 */
public record MembersFacts(List<ClusterFacts> clusters, Map<String, EdgeDeployment> deployments) {

  /** No member clusters. */
  public static final MembersFacts NONE = new MembersFacts(List.of(), Map.of());

  public MembersFacts {
    clusters = clusters.stream().sorted(Comparator.comparing(ClusterFacts::name)).toList();
    deployments = Map.copyOf(deployments);
  }

  /** A target in every cluster that it selects. */
  public List<MemberView> of(String target, Map<String, String> selector) {
    return clusters.stream()
        .filter(cluster -> cluster.matches(selector))
        .map(cluster -> new MemberView(cluster, deployments.get(cluster.name()), target))
        .toList();
  }
}
