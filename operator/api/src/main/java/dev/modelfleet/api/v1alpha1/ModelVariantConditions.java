package dev.modelfleet.api.v1alpha1;

/**
 * Types of a ModelVariant's conditions and their reasons. Where a build or a probe failed, the
 * reason is the name of its {@link dev.modelfleet.artifact.FailureReason}.
 */
public final class ModelVariantConditions {

  /** A recipe gave a model that passes the builder's gates. */
  public static final String BUILT = "Built";

  /** The variant is in the registry. */
  public static final String PUBLISHED = "Published";

  /** The variant passed its gates on a node of the target. */
  public static final String PROVEN = "Proven";

  /** The variant may be rolled out. */
  public static final String READY = "Ready";

  /** Only while true: work is under way. */
  public static final String RECONCILING = "Reconciling";

  /** Only while true: nothing more happens until someone changes something. */
  public static final String STALLED = "Stalled";

  private ModelVariantConditions() {}

  /** Why a condition of a ModelVariant has its status. */
  public static final class Reason {

    /**
     * Proven=True: the builder's gates are passed and the hub has no node of the class, so that
     * nothing was measured on a device; the pods of member clusters test themselves.
     */
    public static final String PROVEN_BY_BUILDER = "ProvenByBuilder";

    /** Built=True: a recipe passed. */
    public static final String BUILT = "Built";

    /** Built=False, Reconciling=True: the build Job runs. */
    public static final String BUILDING = "Building";

    /** Built=False, Ready=False: no recipe passes the gates. */
    public static final String NO_RECIPE_PASSED = "NoRecipePassed";

    /** Built=False: no pod of the build Job could end its work within the bounds of retries. */
    public static final String BUILD_FAILED = "BuildFailed";

    /** Built=False: the build ran out of memory within the bounds of retries. */
    public static final String OUT_OF_MEMORY = "OutOfMemory";

    /** Built=False: a pod of the build could not be made or started; the message says why. */
    public static final String POD_NOT_STARTED = "PodNotStarted";

    /** Published=True: the artifact is in the registry. */
    public static final String PUBLISHED = "Published";

    /** Published=False, Proven=False, Ready=False: an earlier step is not done. */
    public static final String PENDING = "Pending";

    /** Proven=True: the device agrees and the gates hold. */
    public static final String PROVEN = "Proven";

    /** Proven=False, Reconciling=True: the probe Job runs. */
    public static final String PROBING = "Probing";

    /** Proven=False: no pod of the probe Job could end its work within the bounds of retries. */
    public static final String PROBE_FAILED = "ProbeFailed";

    /** Proven=False: no node of the target is there to probe on. */
    public static final String NO_NODES_MATCH = "NoNodesMatch";

    /** Proven=False: nodes of the target are there, and none is ready and tolerated. */
    public static final String NO_NODE_READY = "NoNodeReady";

    /** Proven=False: the target's nodes do not offer the device's resource. */
    public static final String NO_DEVICE = "NoDevice";

    /** Proven=False: every device of the target's nodes is taken. */
    public static final String DEVICE_BUSY = "DeviceBusy";

    /** Proven=False: latency on the device is above its gate. */
    public static final String LATENCY_ABOVE_GATE = "LatencyAboveGate";

    /** Proven=False: memory on the device is above its gate. */
    public static final String MEMORY_ABOVE_GATE = "MemoryAboveGate";

    /** Ready=True: built, published and proven. */
    public static final String READY = "Ready";

    private Reason() {}
  }
}
