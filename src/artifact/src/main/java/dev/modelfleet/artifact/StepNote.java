package dev.modelfleet.artifact;

/**
 * What a step did to the graph and why.
 *
 * @param step name of the step as in {@link Step}
 * @param message one sentence for people, with counts
 * @param millis how long it took
 */
public record StepNote(String step, String message, long millis) {}
