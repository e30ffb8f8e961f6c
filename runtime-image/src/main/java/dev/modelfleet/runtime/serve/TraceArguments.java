package dev.modelfleet.runtime.serve;

import dev.modelfleet.runtime.serve.trace.OtlpTraces;
import dev.modelfleet.runtime.serve.trace.Traces;
import java.net.URI;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options of traces. */
final class TraceArguments {

  @Option(
      names = "--trace-endpoint",
      description =
          "URL of an OpenTelemetry collector that takes traces by OTLP over HTTP, for instance"
              + " http://collector:4318/v1/traces; without it there are none, and nothing is loaded"
              + " for them")
  private URI endpoint;

  @Option(
      names = "--trace-ratio",
      description =
          "share of requests that are traced, from 0 to 1, where their traceparent does not say",
      defaultValue = "1")
  private double ratio;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  Traces traces(String version) {
    if (endpoint == null) {
      return Traces.OFF;
    }
    String scheme = endpoint.getScheme();
    if (endpoint.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw new ParameterException(
          spec.commandLine(),
          "--trace-endpoint is '%s', must be an http:// or https:// URL".formatted(endpoint));
    }
    if (!(ratio >= 0 && ratio <= 1)) {
      throw new ParameterException(
          spec.commandLine(), "--trace-ratio is " + ratio + ", must be from 0 to 1");
    }
    return new OtlpTraces(endpoint, ratio, version);
  }
}
