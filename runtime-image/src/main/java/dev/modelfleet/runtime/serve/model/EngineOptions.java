package dev.modelfleet.runtime.serve.model;

/**
 * How ONNX Runtime is to run models.
 *
 * @param threads threads that one inference may use
 * @param spin whether idle threads spin, which shortens latency and burns CPU
 * @param arena whether memory is kept for the next inference rather than given back
 * @param provider execution provider by its short name, for instance {@code CPU} or {@code CUDA}
 */
public record EngineOptions(int threads, boolean spin, boolean arena, String provider) {}
