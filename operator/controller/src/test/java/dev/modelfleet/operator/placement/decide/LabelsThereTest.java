package dev.modelfleet.operator.placement.decide;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LabelsThereTest {

  static List<Arguments> cases() {
    return List.of(
        Arguments.of("no objects", List.of(), "there are no EdgeClusters"),
        Arguments.of(
            "none of the labels",
            List.of(Map.of("other", "x")),
            "no one of the EdgeClusters has a label region or site"),
        Arguments.of(
            "other values, each once and in order",
            List.of(
                Map.of("region", "south", "site", "shop", "other", "x"),
                Map.of("region", "east"),
                Map.of("region", "east")),
            "the EdgeClusters have region=east; region=south,site=shop"),
        Arguments.of(
            "no more than five",
            IntStream.range(0, 7).mapToObj(i -> Map.of("region", "r" + i)).toList(),
            "the EdgeClusters have region=r0; region=r1; region=r2; region=r3; region=r4 and 2"
                + " others"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void whatThereIsIsSaid(String name, List<Map<String, String>> objects, String said) {
    assertThat(LabelsThere.of("EdgeClusters", Map.of("region", "north", "site", "depot"), objects))
        .isEqualTo(said);
  }
}
