package dev.modelfleet.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.simplify.Simplify;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.testing.RandomData;
import dev.modelfleet.compression.testing.RandomModel;
import dev.modelfleet.compression.transform.TransformContext;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongFunction;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Taking away channels whose every weight is zero changes nothing, whatever the graph. */
class ChannelRemovalTest {

  private static final Evaluation.Metric ERROR =
      new Evaluation.Metric(MetricType.MEAN_SQUARED_ERROR, null, null, null, null);

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void deadChannelsLeaveWithoutATrace(boolean convolutional) {
    LongFunction<OnnxModel> models =
        convolutional ? RandomModel::convolutional : RandomModel::attention;
    int taken = 0;
    for (long seed = 0; seed < 30; seed++) {
      taken += check(models.apply(seed), new Random(seed), "seed " + seed);
    }
    assertThat(taken).as("groups removed in all").isGreaterThan(convolutional ? 300 : 500);
  }

  private int check(OnnxModel model, Random random, String name) {
    new Simplify().apply(model, new TransformContext(null, Optional.empty(), 0));
    ConstantOwners.separate(model.graph());
    ConcreteShapes shapes = ConcreteShapes.of(model, Optional.empty());
    ChannelGraph channels = ChannelGraph.of(model.graph(), shapes);
    List<ChannelGroup> groups = ChannelGroups.of(channels);
    BitSet removed = new BitSet();
    int last = -1;
    for (ChannelGroup group : groups) {
      // The first group of each family stays.
      removed.set(group.root(), group.family() == last && random.nextBoolean());
      last = group.family();
    }
    model.graph().constants().replaceAll((n, t) -> zeroed(channels, n, t, removed));
    OnnxModel original = model.copy();
    ChannelRemoval.apply(channels, removed, model.opset());

    try (Dataset data = RandomData.of(original, 4, 2, directory.resolve("e.npz"))) {
      assertThat(Evaluator.evaluate(original, model, ERROR, data).drop())
          .as(name)
          .isLessThan(1e-10);
    }
    return removed.cardinality();
  }

  private static Tensor zeroed(ChannelGraph channels, String name, Tensor tensor, BitSet removed) {
    int[][] roots = channels.roots(name);
    if (tensor.type() != ElementType.FLOAT || tensor.size() == 0) {
      return tensor;
    }
    float[] values = tensor.floats();
    long[] shape = tensor.shape();
    for (int i = 0; i < values.length; i++) {
      int rest = i;
      for (int axis = roots.length - 1; axis >= 0; axis--) {
        int position = rest % (int) shape[axis];
        rest /= (int) shape[axis];
        values[i] = removed.get(roots[axis][position]) ? 0 : values[i];
      }
    }
    return Tensor.ofFloats(values, shape);
  }
}
