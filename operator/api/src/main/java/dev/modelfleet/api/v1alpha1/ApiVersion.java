package dev.modelfleet.api.v1alpha1;

/** Name and version of this API. */
public final class ApiVersion {

  /** API group of all kinds. */
  public static final String GROUP = "modelfleet.dev";

  /** Version of the types in this package. */
  public static final String VERSION = "v1alpha1";

  /** {@code apiVersion} of the types in this package. */
  public static final String API_VERSION = GROUP + "/" + VERSION;

  /** Category of all kinds: {@code kubectl get modelfleet} lists them. */
  public static final String CATEGORY = "modelfleet";

  private ApiVersion() {}
}
