package dev.modelfleet.compression.codebook;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.mixed.BudgetChoice;
import dev.modelfleet.compression.report.Figures;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Bits for each layer so that a model has at most a size and the sum of what layers add to the
 * error of the result is smallest. Each layer is measured alone at one width by a forward pass; how
 * its error changes with the width is known from its weights.
 */
final class BitAllocation {

  private static final int PROBE = 4;
  private static final int LEAST = 2;
  private static final int MOST = 8;
  private static final int SENSITIVITY_SAMPLES = 16;

  /** So many rows of a matrix tell how errors change with the number of bits. */
  private static final int ROWS = 48;

  private final NonUniformQuantizer quantizer;
  private final OnnxModel model;
  private final List<CodebookLayer> layers;
  private final TransformContext context;

  BitAllocation(
      NonUniformQuantizer quantizer,
      OnnxModel model,
      List<CodebookLayer> layers,
      TransformContext context) {
    this.quantizer = quantizer;
    this.model = model;
    this.layers = layers;
    this.context = context;
  }

  /** Bits by the name of the weights; none for those that stay as they are. */
  Map<String, Integer> choose(long maxBytes) {
    Dataset data = NonUniformQuantizer.data(context);
    List<List<BudgetChoice.Option>> options = new ArrayList<>();
    try (Evaluator evaluator =
        new Evaluator(
            model,
            context.labelFreeMetric(),
            data,
            SessionOptions.cpu(0),
            0,
            1,
            SENSITIVITY_SAMPLES)) {
      for (CodebookLayer layer : layers) {
        options.add(options(layer, evaluator));
      }
    }
    List<BudgetChoice.Option> chosen =
        BudgetChoice.solve(options, Math.max(0, model.sizeBytes() - maxBytes))
            .orElseThrow(() -> tooSmall(options));
    Map<String, Integer> bits = new LinkedHashMap<>();
    for (int l = 0; l < layers.size(); l++) {
      BudgetChoice.Option option = chosen.get(l);
      if (option.level() > 0) {
        bits.put(layers.get(l).weights(), option.level());
        context
            .reasons()
            .note(
                layers.get(l).name(),
                NonUniformQuantizer.reason(option.level(), -10 * Math.log10(option.loss())));
      }
    }
    return bits;
  }

  private List<BudgetChoice.Option> options(CodebookLayer layer, Evaluator evaluator) {
    Graph graph = model.graph();
    float[][] rows = some(layer.rows(graph));
    double probed = error(layer, rows, PROBE);
    double noise = evaluator.compare(quantizer.alone(model, layer, PROBE)).noise();
    double scale = probed > 0 && Double.isFinite(noise) ? noise / probed : 0;
    List<BudgetChoice.Option> options = new ArrayList<>();
    options.add(new BudgetChoice.Option(0, 0, 0));
    for (int bits = LEAST; bits <= MOST; bits++) {
      long saved = quantizer.saved(graph, layer, bits);
      if (saved > 0) {
        double error = bits == PROBE ? probed : error(layer, rows, bits);
        options.add(new BudgetChoice.Option(bits, scale * error, saved));
      }
    }
    return options;
  }

  private static float[][] some(float[][] rows) {
    int step = Math.max(1, rows.length / ROWS);
    List<float[]> some = new ArrayList<>();
    for (int r = 0; r < rows.length; r += step) {
      some.add(rows[r]);
    }
    return some.toArray(float[][]::new);
  }

  private double error(CodebookLayer layer, float[][] rows, int bits) {
    float[][] copy = Arrays.stream(rows).map(float[]::clone).toArray(float[][]::new);
    return CodebookWeights.error(
        copy, new CodebookWeights.Settings(bits, quantizer.shared(layer), null, null));
  }

  private RuntimeException tooSmall(List<List<BudgetChoice.Option>> options) {
    long most =
        options.stream()
            .mapToLong(
                layer -> layer.stream().mapToLong(BudgetChoice.Option::saved).max().orElse(0))
            .sum();
    return NonUniformQuantizer.refused(
        "mixedPrecision.maxModelSize can't be held: with 2 bits everywhere the model has %s"
            .formatted(Figures.size(model.sizeBytes() - most)));
  }
}
