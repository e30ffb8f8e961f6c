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
          "CosineSimilarity, TopKAccuracy, TopOneAgreement or MeanSquaredError (default:"
              + " ${DEFAULT-VALUE}).")
  private MetricType type;

  @Option(
      names = "--output-name",
      paramLabel = "NAME",
      description = "Graph output to measure (default: the first).")
  private String output;

  @Option(
      names = "--confidence",
      paramLabel = "LEVEL",
      defaultValue = "95%",
      converter = ConfidenceConverter.class,
      description =
          "Level of the interval of the loss; its upper end must hold --max-accuracy-drop. 0%% judges"
              + " the measured loss alone (default: ${DEFAULT-VALUE}).")
  private double confidence;

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

  /** Level of the losses' intervals as a fraction; 0 for none. */
  double confidence() {
    return confidence;
  }

  /** 0, or a fraction from 0.5 to below 1. */
  static final class ConfidenceConverter implements ITypeConverter<Double> {
    @Override
    public Double convert(String value) {
      double level = new Sizes.Fraction().convert(value);
      if (level != 0 && !(level >= 0.5 && level < 1)) {
        throw new TypeConversionException(
            value + " is no level of confidence: give 0%, or 50% to 99.99%");
      }
      return level;
    }
  }

  /** Takes the names that policies use. */
  static final class MetricConverter implements ITypeConverter<MetricType> {
    @Override
    public MetricType convert(String value) {
      return switch (value.toLowerCase(Locale.ROOT)) {
        case "cosinesimilarity" -> MetricType.COSINE_SIMILARITY;
        case "topkaccuracy" -> MetricType.TOP_K_ACCURACY;
        case "toponeagreement" -> MetricType.TOP_ONE_AGREEMENT;
        case "meansquarederror" -> MetricType.MEAN_SQUARED_ERROR;
        default ->
            throw new TypeConversionException(
                value
                    + " is none of CosineSimilarity, TopKAccuracy, TopOneAgreement,"
                    + " MeanSquaredError");
      };
    }
  }
}
