package dev.modelfleet.runtime.serve.protocol;

/**
 * An output that a request asks for.
 *
 * @param name as in the model
 * @param binary whether its data is to follow the JSON in binary form (HTTP only)
 * @param classification 0, or how many of the highest values are to be given as {@code value:index}
 *     strings in place of the tensor (classification extension)
 */
public record RequestedOutput(String name, boolean binary, int classification) {}
