package dev.modelfleet.runtime.serve.protocol;

import java.util.List;

/** What the server tells of itself, in any transport. */
public final class ServerIdentity {

  /** Name of the server. */
  public static final String NAME = "modelfleet";

  /** Extensions of the protocol by the names that Triton gives them. */
  public static final List<String> EXTENSIONS =
      List.of(
          "classification",
          "model_configuration",
          "model_repository",
          "binary_tensor_data",
          "statistics");

  private ServerIdentity() {}
}
