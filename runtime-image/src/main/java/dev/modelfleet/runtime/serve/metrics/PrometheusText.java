package dev.modelfleet.runtime.serve.metrics;

/** Builds a page in the Prometheus text format 0.0.4. */
public final class PrometheusText {

  /** The format's media type. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final StringBuilder text = new StringBuilder(8192);

  /**
   * Begins a family of samples.
   *
   * @param type counter, gauge or histogram
   */
  public PrometheusText family(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    return this;
  }

  /**
   * One sample.
   *
   * @param labels as {@link #labels} builds them; empty for none
   */
  public PrometheusText sample(String name, String labels, long value) {
    start(name, labels).append(value).append('\n');
    return this;
  }

  /** One sample with a fraction. */
  public PrometheusText sample(String name, String labels, double value) {
    start(name, labels).append(value).append('\n');
    return this;
  }

  private StringBuilder start(String name, String labels) {
    text.append(name);
    if (!labels.isEmpty()) {
      text.append('{').append(labels).append('}');
    }
    return text.append(' ');
  }

  /** Label pairs from names and values in turn, values escaped. */
  public static String labels(String... namesAndValues) {
    StringBuilder labels = new StringBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      labels.append(i == 0 ? "" : ",").append(namesAndValues[i]).append("=\"");
      labels.append(escape(namesAndValues[i + 1])).append('"');
    }
    return labels.toString();
  }

  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
