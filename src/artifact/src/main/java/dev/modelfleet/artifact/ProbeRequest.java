package dev.modelfleet.artifact;

/**
 * What a probe Job is asked for, as the JSON value of the environment variable {@value
 * #ENVIRONMENT_VARIABLE}.
 *
 * @param modelDirectory directory in which the variant's artifact is mounted
 * @param warmupIterations inferences that are not timed
 * @param iterations inferences that are timed, over the golden inputs in turn
 * @param gates the latency and memory gates are judged by the operator; given so that the result's
 *     message can speak of them
 */
public record ProbeRequest(
    String modelDirectory, int warmupIterations, int iterations, Gates gates) {

  /** Name of the environment variable that carries the request. */
  public static final String ENVIRONMENT_VARIABLE = "MODELFLEET_PROBE_REQUEST";
}
