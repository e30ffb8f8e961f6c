package dev.modelfleet.compression.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Scales of embedding tables, which are stored as FP16. */
class EmbeddingTableTest {

  @Test
  void scalesAreRoundedUpToTheNextHalf() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      float scale = (float) Math.exp(random.nextDouble(Math.log(0x1p-14), Math.log(65504)));
      float rounded = EmbeddingTable.roundedUp(scale);
      assertThat(rounded).isBetween(scale, scale * 1.001f);
      assertThat(Float.float16ToFloat(Float.floatToFloat16(rounded))).isEqualTo(rounded);
    }
    assertThat(EmbeddingTable.roundedUp(1)).isEqualTo(1);
  }
}
