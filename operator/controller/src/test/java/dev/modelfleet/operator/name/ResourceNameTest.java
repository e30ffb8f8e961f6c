package dev.modelfleet.operator.name;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.operator.deployment.decide.ServingObjects;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ResourceNameTest {

  @Test
  void shortNamesStayAsTheyAre() {
    assertThat(ResourceName.of("minilm", "edge")).isEqualTo("minilm-edge");
    assertThat(ServingObjects.name("minilm", "edge")).isEqualTo("minilm-edge");
  }

  @Test
  void longNamesAreCutAndStayDifferent() {
    String one = ResourceName.of("m".repeat(253), "a");
    String other = ResourceName.of("m".repeat(253), "b");

    assertThat(one).hasSizeLessThanOrEqualTo(63).isNotEqualTo(other);
  }

  /** Every name that the API accepts gives a valid Service name, and different names differ. */
  @Test
  void servingNamesAreAlwaysValidServiceNames() {
    Random random = new Random(1);
    Set<String> inputs = new HashSet<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < 5_000; i++) {
      String deployment = any(random, 253, "abc019.-");
      String target = any(random, 63, "abc019-");
      String name = ServingObjects.name(deployment, target);
      assertThat(name).matches("[a-z]([-a-z0-9]*[a-z0-9])?").hasSizeLessThanOrEqualTo(63);
      if (inputs.add(deployment + "-" + target)) {
        assertThat(names.add(name)).as(deployment + "-" + target).isTrue();
      }
    }
  }

  private static String any(Random random, int longest, String letters) {
    int length = 1 + random.nextInt(longest);
    StringBuilder text = new StringBuilder("a");
    for (int i = 1; i < length; i++) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.append("z").toString();
  }
}
