package dev.modelfleet.runtime.serve.model;

/**
 * How a model is served.
 *
 * @param engine how ONNX Runtime runs it
 * @param instances requests that run at the same time
 * @param queueLimit requests that may wait
 */
public record ServingOptions(EngineOptions engine, int instances, int queueLimit) {}
