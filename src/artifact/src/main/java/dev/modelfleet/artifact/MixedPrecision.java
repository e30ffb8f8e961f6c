package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A format for each layer instead of one for all, chosen by measurement so that the limits hold. At
 * least one limit is given. Where the size or the latency is limited, the error of the result is
 * the smallest possible within the limits; where only the accuracy is, the size is.
 *
 * @param maxModelSize largest model as a quantity of bytes: {@code 15M}
 * @param maxAccuracyDrop largest loss of accuracy on the calibration data, measured without labels:
 *     {@code 0.5%}
 * @param maxRelativeLatency largest sum of the layers' latencies relative to the original's, as
 *     measured layer by layer on the builder: {@code 70%}. The choice then depends on measured
 *     times: a build that is repeated may choose otherwise
 * @param formats what layers may have; where empty FP32, FP16Weights and INT8, with
 *     maxRelativeLatency INT8Weights too
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record MixedPrecision(
    String maxModelSize,
    String maxAccuracyDrop,
    String maxRelativeLatency,
    List<LayerFormat> formats) {

  private static final Pattern SIZE =
      Pattern.compile("([0-9]+(?:\\.[0-9]+)?(?:[eE][0-9]{1,2})?)([kMGT]?i?)");
  private static final Pattern SHARE = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)%");
  private static final Map<String, Double> UNITS =
      Map.of(
          "", 1.0, "k", 1e3, "M", 1e6, "G", 1e9, "T", 1e12, "Ki", 0x1p10, "Mi", 0x1p20, "Gi",
          0x1p30, "Ti", 0x1p40);

  public MixedPrecision {
    formats = formats == null ? List.of() : List.copyOf(formats);
    if (maxModelSize == null && maxAccuracyDrop == null && maxRelativeLatency == null) {
      throw new IllegalArgumentException(
          "quantize.mixedPrecision has no limit: give maxModelSize, maxAccuracyDrop or"
              + " maxRelativeLatency");
    }
    size(maxModelSize);
    share("maxAccuracyDrop", maxAccuracyDrop);
    share("maxRelativeLatency", maxRelativeLatency);
  }

  /** Largest model in bytes; null for no limit. */
  @JsonIgnore
  public Long maxBytes() {
    return size(maxModelSize);
  }

  /** Whether nothing but the size is limited and no formats are named. */
  boolean onlySize() {
    return maxAccuracyDrop == null && maxRelativeLatency == null && formats.isEmpty();
  }

  /** Largest loss as a fraction; null for no limit. */
  @JsonIgnore
  public Double maxDrop() {
    return share("maxAccuracyDrop", maxAccuracyDrop);
  }

  /** Largest latency as a fraction of the original's; null for no limit. */
  @JsonIgnore
  public Double maxLatencyFraction() {
    return share("maxRelativeLatency", maxRelativeLatency);
  }

  private static Long size(String text) {
    if (text == null) {
      return null;
    }
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches() || !UNITS.containsKey(matcher.group(2))) {
      throw new IllegalArgumentException(
          "quantize.mixedPrecision.maxModelSize is " + text + ": give bytes as 15M or 14Mi");
    }
    return (long) (Double.parseDouble(matcher.group(1)) * UNITS.get(matcher.group(2)));
  }

  private static Double share(String field, String text) {
    if (text == null) {
      return null;
    }
    Matcher matcher = SHARE.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "quantize.mixedPrecision." + field + " is " + text + ": give a share such as 0.5%");
    }
    return Double.parseDouble(matcher.group(1)) / 100;
  }
}
