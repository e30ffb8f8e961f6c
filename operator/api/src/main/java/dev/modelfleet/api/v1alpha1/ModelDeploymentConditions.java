package dev.modelfleet.api.v1alpha1;

/** Types of a ModelDeployment's conditions and their reasons. */
public final class ModelDeploymentConditions {

  /** The spec can be carried out as it is written. */
  public static final String ACCEPTED = "Accepted";

  /** Everything that the spec names exists. */
  public static final String RESOLVED_REFS = "ResolvedRefs";

  /** Every target has a proven variant of the spec's revision. */
  public static final String VARIANTS_READY = "VariantsReady";

  /** The spec's revision is rolled out or is on its way. */
  public static final String PROGRESSING = "Progressing";

  /** Every target serves, if perhaps an earlier revision. */
  public static final String AVAILABLE = "Available";

  /** Every target serves the spec's revision. */
  public static final String READY = "Ready";

  /** Only while true: work is under way. */
  public static final String RECONCILING = "Reconciling";

  /** Only while true: nothing more happens until someone changes something. */
  public static final String STALLED = "Stalled";

  /** Only while true: the rollout stands still until someone lets it go on. */
  public static final String PAUSED = "Paused";

  private ModelDeploymentConditions() {}

  /** Why a condition of a ModelDeployment has its status. */
  public static final class Reason {

    /** Accepted=True: nothing speaks against the spec. */
    public static final String ACCEPTED = "Accepted";

    /** Accepted=False: a target gives replicas although its HardwareTarget runs one a node. */
    public static final String REPLICAS_NOT_APPLICABLE = "ReplicasNotApplicable";

    /** Accepted=False: no target, or not each that gives no number of pods, can be autoscaled. */
    public static final String AUTOSCALING_NOT_APPLICABLE = "AutoscalingNotApplicable";

    /** Accepted=False: what serves a target has a name that another object has already. */
    public static final String NAME_CONFLICT = "NameConflict";

    /** Accepted=False: a target with a route has no pods behind one Service of this cluster. */
    public static final String ROUTE_NOT_APPLICABLE = "RouteNotApplicable";

    /** Accepted=False: a target has a route, but the cluster has no HTTPRoutes. */
    public static final String GATEWAY_API_MISSING = "GatewayApiMissing";

    /** Accepted=False: a wave's percentage is not above that of the wave before it. */
    public static final String WAVES_NOT_ASCENDING = "WavesNotAscending";

    /** ResolvedRefs=True: everything named was found. */
    public static final String RESOLVED = "Resolved";

    /** ResolvedRefs=False: the CompressionPolicy does not exist. */
    public static final String POLICY_MISSING = "PolicyMissing";

    /** ResolvedRefs=False: a HardwareTarget does not exist. */
    public static final String TARGET_MISSING = "TargetMissing";

    /** ResolvedRefs=False: the model's or a data set's tag or repository does not exist. */
    public static final String SOURCE_NOT_FOUND = "SourceNotFound";

    /** ResolvedRefs=Unknown: the registry does not answer. */
    public static final String SOURCE_UNREACHABLE = "SourceUnreachable";

    /** ResolvedRefs=False: the registry refuses the credentials or wants some. */
    public static final String REGISTRY_AUTH = "RegistryAuth";

    /** ResolvedRefs=False: the URI is not one that this version reads. */
    public static final String INVALID_SOURCE = "InvalidSource";

    /** VariantsReady=True: each target has its proven variant. */
    public static final String VARIANTS_READY = "VariantsReady";

    /** VariantsReady=False: a variant is being built or proven. */
    public static final String BUILDING = "Building";

    /** VariantsReady=False: no recipe passes the gates of a target. */
    public static final String VARIANT_REJECTED = "VariantRejected";

    /** VariantsReady=False: a variant can't be built or probed. */
    public static final String VARIANT_FAILED = "VariantFailed";

    /**
     * VariantsReady=False: no node of a target can prove its variant; Progressing=Unknown: no node
     * of a target can run its pods.
     */
    public static final String NO_NODES_MATCH = "NoNodesMatch";

    /**
     * Progressing=Unknown: no EdgeCluster has the labels that a target's clusterSelector asks for.
     */
    public static final String NO_CLUSTERS_MATCH = "NoClustersMatch";

    /** Progressing=Unknown: none of a target's member clusters can be reached. */
    public static final String CLUSTERS_NOT_CONNECTED = "ClustersNotConnected";

    /** Progressing=Unknown: none of a target's member clusters is in a maintenance window. */
    public static final String OUTSIDE_WINDOWS = "OutsideWindows";

    /** Progressing=True: pods are being replaced. */
    public static final String ROLLING_OUT = "RollingOut";

    /** Progressing=True: the spec's revision is on every target. */
    public static final String ROLLED_OUT = "RolledOut";

    /** Progressing=Unknown, Paused=True: the spec or an annotation pauses the rollout. */
    public static final String ROLLOUT_PAUSED = "RolloutPaused";

    /** Progressing=False: pods made no progress for progressDeadlineSeconds. */
    public static final String PROGRESS_DEADLINE_EXCEEDED = "ProgressDeadlineExceeded";

    /** Progressing=False: the revision was given up, what served before serves on. */
    public static final String ROLLOUT_ABORTED = "RolloutAborted";

    /** Progressing=True: a wave is verified and serves for a while before the next one begins. */
    public static final String SOAKING = "Soaking";

    /** Progressing=Unknown, Paused=True: a wave is verified and someone has to promote it. */
    public static final String AWAITING_PROMOTION = "AwaitingPromotion";

    /** Progressing=Unknown: a wave is verified, but a query that it is judged by has no answer. */
    public static final String ANALYSIS_PENDING = "AnalysisPending";

    /** Progressing=False: the value of a query of spec.rollout.analysis is out of its bounds. */
    public static final String ANALYSIS_FAILED = "AnalysisFailed";

    /** Progressing=False: outputs on devices disagree with the proof. */
    public static final String GOLDEN_MISMATCH = "GoldenMismatch";

    /** Progressing=False: inferences on devices take longer than the target's budget. */
    public static final String LATENCY_ABOVE_BUDGET = "LatencyAboveBudget";

    /** Progressing=False: pods of the revision end again and again. */
    public static final String CRASH_LOOP = "CrashLoop";

    /** Progressing=False: someone aborted the revision. */
    public static final String ABORTED = "Aborted";

    /** Available=True: the pods that must be there serve. */
    public static final String MINIMUM_AVAILABLE = "MinimumAvailable";

    /** Available=False: a target has fewer serving pods than maxUnavailable allows. */
    public static final String MINIMUM_UNAVAILABLE = "MinimumUnavailable";

    /** Available=False: nothing was rolled out yet. */
    public static final String NOT_ROLLED_OUT = "NotRolledOut";

    /** Ready=True: every target serves the spec's revision. */
    public static final String READY = "Ready";

    /** Ready=False: something that the spec needs is missing or not accepted. */
    public static final String PENDING = "Pending";

    private Reason() {}
  }
}
