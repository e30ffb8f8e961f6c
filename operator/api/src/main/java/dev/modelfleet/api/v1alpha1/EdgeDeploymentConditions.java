package dev.modelfleet.api.v1alpha1;

/** Types of an EdgeDeployment's conditions and their reasons. */
public final class EdgeDeploymentConditions {

  /** The cluster holds what the spec says. */
  public static final String APPLIED = "Applied";

  /** Every target has a pod that serves, if perhaps of an earlier revision. */
  public static final String AVAILABLE = "Available";

  /** Every pod serves the revision of {@code spec.update}. */
  public static final String READY = "Ready";

  /** Only while true: something is under way. */
  public static final String RECONCILING = "Reconciling";

  /** Only while true: nothing more happens until someone changes something. */
  public static final String STALLED = "Stalled";

  private EdgeDeploymentConditions() {}

  /** Why a condition of an EdgeDeployment has its status. */
  public static final class Reason {

    /** Applied=True: the cluster has the objects. */
    public static final String APPLIED = "Applied";

    /** Applied=Unknown: the cluster does not answer; it goes on serving what it has. */
    public static final String UNREACHABLE = "Unreachable";

    /** Applied=False: an object of that name is there and belongs to something else. */
    public static final String NAME_CONFLICT = "NameConflict";

    /** Applied=False: the cluster refuses an object: credentials, quota, policy or validation. */
    public static final String REFUSED = "Refused";

    /** Ready=False: pods are being replaced. */
    public static final String ROLLING_OUT = "RollingOut";

    /** Available=True: pods serve. */
    public static final String PODS_AVAILABLE = "PodsAvailable";

    /** Available=False: a target has no pod that serves. */
    public static final String PODS_UNAVAILABLE = "PodsUnavailable";

    /** Ready=True: every pod serves the revision of spec.update. */
    public static final String READY = "Ready";

    /** Ready=False: pods made no progress for progressDeadlineSeconds. */
    public static final String PROGRESS_DEADLINE_EXCEEDED = "ProgressDeadlineExceeded";

    /** Ready=False: a pod's device computes something else than was proven. */
    public static final String GOLDEN_MISMATCH = "GoldenMismatch";

    /** Ready=False: a pod of the revision ends again and again. */
    public static final String CRASH_LOOP = "CrashLoop";

    private Reason() {}
  }
}
