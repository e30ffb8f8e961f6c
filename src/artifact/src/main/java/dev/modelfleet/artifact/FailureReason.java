package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Why a build or a probe could not be done, and whether trying again can help. */
public enum FailureReason {
  /** The request itself is malformed or contradicts itself. */
  @JsonProperty("InvalidRequest")
  INVALID_REQUEST(false),
  /** The URI's host, repository, tag or file does not exist. */
  @JsonProperty("SourceNotFound")
  SOURCE_NOT_FOUND(false),
  /** The source did not answer. */
  @JsonProperty("SourceUnreachable")
  SOURCE_UNREACHABLE(true),
  /** What was fetched is not what its digest says. */
  @JsonProperty("DigestMismatch")
  DIGEST_MISMATCH(false),
  /** The file is not an ONNX model, is truncated, or does not load. */
  @JsonProperty("InvalidModel")
  INVALID_MODEL(false),
  /** The model refers to external data outside its directory, or the archive holds unsafe paths. */
  @JsonProperty("UnsafePath")
  UNSAFE_PATH(false),
  /** The data set lacks an input of the model, or shapes or types do not fit. */
  @JsonProperty("DatasetMismatch")
  DATASET_MISMATCH(false),
  /** No recipe can meet the constraints, whatever the model. */
  @JsonProperty("ImpossibleConstraints")
  IMPOSSIBLE_CONSTRAINTS(false),
  /** A registry refused the credentials, or asked for some where none are set. */
  @JsonProperty("RegistryAuth")
  REGISTRY_AUTH(true),
  /** The registry refused or did not take the artifact. */
  @JsonProperty("PublishFailed")
  PUBLISH_FAILED(true),
  /** The node's disk is full. */
  @JsonProperty("InsufficientStorage")
  INSUFFICIENT_STORAGE(true),
  /** The memory limit is too small for the model. */
  @JsonProperty("InsufficientMemory")
  INSUFFICIENT_MEMORY(true),
  /** The device computes something else than the builder, beyond the tolerance. */
  @JsonProperty("GoldenMismatch")
  GOLDEN_MISMATCH(false),
  /** The engine or execution provider that the target declares is not in this image. */
  @JsonProperty("ProviderUnavailable")
  PROVIDER_UNAVAILABLE(false),
  /** A defect: nothing above fits. */
  @JsonProperty("InternalError")
  INTERNAL_ERROR(true);

  private final boolean retryable;

  FailureReason(boolean retryable) {
    this.retryable = retryable;
  }

  /** Whether the same request may succeed later without a change by the user. */
  public boolean retryable() {
    return retryable;
  }
}
