package dev.modelfleet.compression.cli;

import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.Pooling;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How accuracy is measured. */
final class MetricOptions {

  @Option(
      names = "--metric",
      paramLabel = "TYPE",
      defaultValue = "CosineSimilarity",
      converter = MetricConverter.class,
      description =
          "CosineSimilarity, TopKAccuracy or MeanSquaredError (default: ${DEFAULT-VALUE}).")
  private MetricType type;

  @Option(
      names = "--output-name",
      paramLabel = "NAME",
      description = "Graph output to measure (default: the first).")
  private String output;

  @Option(names = "-k", description = "For TopKAccuracy: how many scores count (default: 1).")
  private Integer k;

  @Option(
      names = "--mask",
      paramLabel = "INPUT",
      description =
          "Model input that marks the tokens to keep; vectors of tokens are averaged over it before"
              + " they are compared.")
  private String mask;

  Evaluation.Metric metric() {
    return new Evaluation.Metric(type, output, k, mask == null ? Pooling.NONE : Pooling.MEAN, mask);
  }

  /** Takes the names that policies use. */
  static final class MetricConverter implements ITypeConverter<MetricType> {
    @Override
    public MetricType convert(String value) {
      return switch (value.toLowerCase(Locale.ROOT)) {
        case "cosinesimilarity" -> MetricType.COSINE_SIMILARITY;
        case "topkaccuracy" -> MetricType.TOP_K_ACCURACY;
        case "meansquarederror" -> MetricType.MEAN_SQUARED_ERROR;
        default ->
            throw new TypeConversionException(
                value + " is none of CosineSimilarity, TopKAccuracy, MeanSquaredError");
      };
    }
  }
}
