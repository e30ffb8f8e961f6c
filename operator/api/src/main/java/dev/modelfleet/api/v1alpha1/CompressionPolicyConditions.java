package dev.modelfleet.api.v1alpha1;

/** Types of a CompressionPolicy's conditions and their reasons. */
public final class CompressionPolicyConditions {

  /** The policy can be used. */
  public static final String ACCEPTED = "Accepted";

  private CompressionPolicyConditions() {}

  /** Why a condition of a CompressionPolicy has its status. */
  public static final class Reason {

    /** Accepted=True: nothing speaks against the policy. */
    public static final String ACCEPTED = "Accepted";

    /** Accepted=False: the policy contradicts itself in a way that its schema can't tell. */
    public static final String INVALID = "Invalid";

    private Reason() {}
  }
}
