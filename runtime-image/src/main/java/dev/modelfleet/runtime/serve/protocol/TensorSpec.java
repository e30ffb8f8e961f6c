package dev.modelfleet.runtime.serve.protocol;

/**
 * What a model declares of an input or output.
 *
 * @param name as in the model
 * @param datatype element type
 * @param shape −1 for a dimension of any size
 */
public record TensorSpec(String name, DataType datatype, Shape shape) {}
