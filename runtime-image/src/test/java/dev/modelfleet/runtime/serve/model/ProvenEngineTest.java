package dev.modelfleet.runtime.serve.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.runtime.serve.TestVariant;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a variant becomes an engine that may serve, and by how many threads. */
class ProvenEngineTest {

  @TempDir private Path directory;

  @Test
  void threadsAreMeasuredWhereNoneAreGiven() throws Exception {
    ThreadChoice choice = threads(golden(), measuring(2, Batching.NONE), null);
    assertThat(choice.threads()).isIn(1, 2);
    assertThat(choice.reason())
        .matches(
            "measured with the golden inputs: alone \\S+ ms with one thread and \\S+ ms with 2, together \\d+ and \\d+ inferences a second");
  }

  @Test
  void givenThreadsHold() throws Exception {
    ServingOptions options = new ServingOptions(new EngineOptions(2, false, true, "CPU"), 2, 8);
    assertThat(threads(golden(), options, null))
        .isEqualTo(new ThreadChoice(2, "as the options say"));
  }

  @Test
  void aSuccessorKeepsTheThreads() throws Exception {
    ThreadChoice before = new ThreadChoice(1, "measured before");
    assertThat(threads(golden(), measuring(2, Batching.NONE), before)).isSameAs(before);
  }

  @Test
  void nothingIsMeasuredWhereThatTellsNothing() throws Exception {
    assertThat(threads(golden(), measuring(1, Batching.NONE), null).reason())
        .isEqualTo("there is one CPU");
    assertThat(threads(golden(), measuring(2, new Batching(4, List.of(), 0, false)), null))
        .isEqualTo(new ThreadChoice(2, "requests are joined"));
    VariantSource bare = VariantSource.read(TestVariant.of(directory, "add_sub"));
    assertThat(threads(bare, measuring(2, Batching.NONE), null))
        .isEqualTo(new ThreadChoice(2, "not measured: there are no golden inputs"));
  }

  @Test
  void theReplayGivesAllMemoryBack() throws Exception {
    VariantSource source = golden();
    threads(source, measuring(2, new Batching(4, List.of(), 0, false)), null);
    long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
    threads(source, measuring(2, new Batching(4, List.of(), 0, false)), null);
    threads(source, measuring(2, Batching.NONE), null);
    assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory()).isEqualTo(before);
  }

  private static ServingOptions measuring(int threads, Batching batching) {
    EngineOptions engine =
        new EngineOptions(threads, true, false, true, "CPU", null, ProviderPlugins.NONE);
    return new ServingOptions(engine, 2, 8, 1, 0, batching, false, 0);
  }

  /** Two samples: from the second one on, outputs are written in place. */
  private VariantSource golden() throws Exception {
    Map<String, TensorData> arrays =
        Map.of(
            "input/a", TensorData.ofFloats(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 4),
            "input/b", TensorData.ofFloats(new float[] {1, 1, 1, 1, 1, 1, 1, 1}, 2, 4),
            "output/sum", TensorData.ofFloats(new float[] {2, 3, 4, 5, 6, 7, 8, 9}, 2, 4));
    return VariantSource.read(TestVariant.withGolden(directory, "add_sub", 2, arrays));
  }

  private static ThreadChoice threads(
      VariantSource source, ServingOptions options, ThreadChoice before) throws Exception {
    FilesState state = FilesState.below(source.directory());
    Origin origin = new Origin(source, state, options, List.of(), VersionPolicy.NEWEST);
    ProvenEngine proven = ProvenEngine.load("add_sub", origin, before);
    proven.model().close();
    assertThat(proven.golden().agrees()).isTrue();
    return proven.threads();
  }
}
