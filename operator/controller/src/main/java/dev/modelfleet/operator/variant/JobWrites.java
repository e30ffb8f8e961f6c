package dev.modelfleet.operator.variant;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Optional;

/** Creates Jobs, each at most once. */
final class JobWrites {

  /** The API server refused the Job; the message is its own. */
  static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private final KubernetesClient client;

  JobWrites(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Creates the Job. One of its name that the same owner has is adopted as it is, whatever made it:
   * this is how a creation whose answer was lost is found again.
   *
   * @throws RefusedException where the API server refuses it for good, or the name is another's
   */
  Job create(Job job) {
    try {
      return client.resource(job).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        return adopt(job);
      }
      if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN || e.getCode() == 422) {
        String words =
            Optional.ofNullable(e.getStatus()).map(s -> s.getMessage()).orElse(e.getMessage());
        throw new RefusedException(words, e);
      }
      throw e;
    }
  }

  private Job adopt(Job wanted) {
    Job there = client.resource(wanted).get();
    String owner = wanted.getMetadata().getOwnerReferences().getFirst().getUid();
    boolean ours =
        there != null
            && there.getMetadata().getDeletionTimestamp() == null
            && there.getMetadata().getOwnerReferences().stream()
                .anyMatch(reference -> owner.equals(reference.getUid()));
    if (!ours) {
      throw new RefusedException(
          "Job "
              + wanted.getMetadata().getName()
              + " exists and belongs to something else: remove it",
          null);
    }
    return there;
  }
}
