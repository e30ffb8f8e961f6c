package dev.modelfleet.runtime.serve.model;

/**
 * How a model's outputs on this device agree with those that its builder recorded.
 *
 * @param samples golden samples that were replayed; 0 where the variant has none
 * @param worstCosine smallest cosine similarity of any output; 1 where none was replayed
 * @param worst the output and sample it belongs to
 * @param minCosine smallest that the variant accepts
 */
public record GoldenAgreement(int samples, double worstCosine, String worst, double minCosine) {

  /** For a variant without golden inputs. */
  static final GoldenAgreement NONE = new GoldenAgreement(0, 1, "", 0);

  /** Whether the device computes what the builder computed. A cosine that is no number does not. */
  public boolean agrees() {
    return worstCosine >= minCosine;
  }

  /** One line for logs and readiness. */
  public String summary() {
    if (samples == 0) {
      return "the variant has no golden inputs: nothing was replayed";
    }
    return agrees()
        ? "golden inputs agree: %d samples, smallest cosine %.6f, at least %s needed"
            .formatted(samples, worstCosine, minCosine)
        : "golden inputs disagree: %s has cosine %.6f to the builder's output, at least %s needed; this device or its libraries compute something else than was proven"
            .formatted(worst, worstCosine, minCosine);
  }
}
