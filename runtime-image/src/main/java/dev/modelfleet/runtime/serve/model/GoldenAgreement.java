package dev.modelfleet.runtime.serve.model;

/**
 * How a model's outputs on this device agree with those that its builder recorded.
 *
 * @param samples golden samples that were replayed; 0 where the variant has none
 * @param worstCosine smallest cosine similarity of any output; 1 where none was replayed
 * @param worst the output and sample it belongs to
 * @param batch size of the batch that sample was run in; 0 where it was run alone
 * @param minCosine smallest that the variant accepts
 */
public record GoldenAgreement(
    int samples, double worstCosine, String worst, int batch, double minCosine) {

  /** For a variant without golden inputs. */
  static final GoldenAgreement NONE = new GoldenAgreement(0, 1, "", 0, 0);

  /** Whether the device computes what the builder computed. A cosine that is no number does not. */
  public boolean agrees() {
    return worstCosine >= minCosine;
  }

  /** One line for logs and readiness. */
  public String summary() {
    if (samples == 0) {
      return "the variant has no golden inputs: nothing was replayed";
    }
    if (agrees()) {
      return "golden inputs agree: %d samples, smallest cosine %.6f, at least %s needed"
          .formatted(samples, worstCosine, minCosine);
    }
    // Dynamic quantization is the usual cause: one scale for all items of a batch.
    return batch > 0
        ? "golden inputs disagree in a batch: %s has cosine %.6f to the builder's output when %d items run together, at least %s needed; the items of this model influence each other: serve it with a largest batch size of 0, or a statically quantized variant"
            .formatted(worst, worstCosine, batch, minCosine)
        : "golden inputs disagree: %s has cosine %.6f to the builder's output, at least %s needed; this device or its libraries compute something else than was proven"
            .formatted(worst, worstCosine, minCosine);
  }
}
