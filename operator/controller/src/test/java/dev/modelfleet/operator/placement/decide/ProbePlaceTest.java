package dev.modelfleet.operator.placement.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProbePlaceTest {

  private static final Map<String, String> LABELS = Map.of("class", "edge");
  private static final Taint TAINT = new Taint("NoSchedule", "gpu", null, "present");

  @Test
  void theFirstReadyNodeByNameIsChosen() {
    assertThat(choose(List.of(node("b"), node("a"), node("c")), null, true, Map.of()))
        .isEqualTo(new ProbePlace.Chosen("a", false));
  }

  @Test
  void nodesThatAreNotReadyOrNotToleratedAreLeftOut() {
    NodeFacts away = new NodeFacts("a", LABELS, false, List.of(), Map.of(), null);
    NodeFacts tainted = new NodeFacts("b", LABELS, true, List.of(TAINT), Map.of(), null);

    assertThat(reason(choose(List.of(away, tainted), null, true, Map.of())))
        .isEqualTo(ProbePlace.NO_NODE_READY);
    Toleration toleration = new Toleration("NoSchedule", "gpu", "Exists", null, null);
    assertThat(
            ProbePlace.choose(
                List.of(away, tainted), LABELS, List.of(toleration), null, true, Map.of()))
        .isEqualTo(new ProbePlace.Chosen("b", false));
  }

  @Test
  void noNodeWithTheLabelsIsSaid() {
    assertThat(choose(List.of(), null, true, Map.of()))
        .isEqualTo(
            new ProbePlace.None("NoNodesMatch", "no node has the labels class=edge: label one"));
  }

  @Test
  void aNodeWithAFreeDeviceGoesFirst() {
    assertThat(choose(List.of(gpu("a"), gpu("b")), "gpu", true, Map.of("a", 1L)))
        .isEqualTo(new ProbePlace.Chosen("b", true));
  }

  @Test
  void whereAllDevicesAreTakenOnlyAProbeThatNeedsNoneRuns() {
    Map<String, Long> used = Map.of("a", 1L);

    assertThat(reason(choose(List.of(gpu("a")), "gpu", true, used)))
        .isEqualTo(ProbePlace.DEVICE_BUSY);
    assertThat(choose(List.of(gpu("a")), "gpu", false, used))
        .isEqualTo(new ProbePlace.Chosen("a", false));
  }

  @Test
  void nodesWithoutTheDeviceAreSaid() {
    assertThat(reason(choose(List.of(node("a")), "gpu", false, Map.of())))
        .isEqualTo(ProbePlace.NO_DEVICE);
  }

  private static String reason(ProbePlace place) {
    return ((ProbePlace.None) place).reason();
  }

  private static ProbePlace choose(
      List<NodeFacts> nodes, String resource, boolean needed, Map<String, Long> used) {
    return ProbePlace.choose(nodes, LABELS, List.of(), resource, needed, used);
  }

  private static NodeFacts node(String name) {
    return new NodeFacts(name, LABELS, true, List.of(), Map.of(), null);
  }

  private static NodeFacts gpu(String name) {
    return new NodeFacts(name, LABELS, true, List.of(), Map.of("gpu", new Quantity("1")), null);
  }
}
