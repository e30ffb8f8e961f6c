package dev.modelfleet.testclusters.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NetworkPlanTest {
  private final NetworkPlan plan = new NetworkPlan(201);

  @Test
  void podsServicesNodesAndHostDoNotMeet() {
    assertThat(plan.clusterCidr()).isEqualTo("10.201.0.0/16");
    assertThat(plan.podCidr()).isEqualTo("10.201.0.0/17");
    assertThat(plan.pods(1)).isEqualTo("10.201.1.0/24");
    assertThat(plan.pods(100)).isEqualTo("10.201.100.0/24");
    assertThat(plan.serviceCidr()).isEqualTo("10.201.128.0/20");
    assertThat(plan.hub()).isEqualTo("10.201.0.1");
    assertThat(plan.node(1)).isEqualTo("10.201.0.11");
    assertThat(plan.node(100)).isEqualTo("10.201.0.110");
    assertThat(plan.host()).isEqualTo("10.201.255.1");
    assertThat(plan.hubUplink()).isEqualTo("10.201.255.2");
  }

  @Test
  void theLinksNameFitsTheKernelsLimit() {
    assertThat(new NetworkPlan(250).link()).hasSizeLessThanOrEqualTo(15);
  }
}
