package dev.modelfleet.api.v1alpha1;

/** Types of an EdgeCluster's conditions and their reasons. */
public final class EdgeClusterConditions {

  /** The cluster's API server answers. */
  public static final String CONNECTED = "Connected";

  /** The cluster can take models. */
  public static final String READY = "Ready";

  /** What the cluster serves may change now; only with maintenance windows. */
  public static final String OPEN_FOR_CHANGES = "OpenForChanges";

  private EdgeClusterConditions() {}

  /** Why a condition of an EdgeCluster has its status. */
  public static final class Reason {

    /** Connected=True: the API server answered. */
    public static final String CONNECTED = "Connected";

    /** Connected=False: the API server or the agent does not answer; pods may well serve on. */
    public static final String UNREACHABLE = "Unreachable";

    /** Connected=False: the Secret's entry is not a kubeconfig that can be used. */
    public static final String INVALID_KUBECONFIG = "InvalidKubeconfig";

    /** Connected=False: the Secret or its entry does not exist. */
    public static final String SECRET_MISSING = "SecretMissing";

    /** Connected=False: the Argo CD cluster Secret needs a program to get its credentials. */
    public static final String CREDENTIALS_NOT_SUPPORTED = "CredentialsNotSupported";

    /** Connected=False: the operator may not make the cluster's namespace or roles in the hub. */
    public static final String FORBIDDEN = "Forbidden";

    /** Connected=Unknown: the cluster's agent was not heard of yet. */
    public static final String AGENT_AWAITED = "AgentAwaited";

    /** Connected=False: the API server refused the credentials. */
    public static final String UNAUTHORIZED = "Unauthorized";

    /** Ready=True: connected, and a node is ready. */
    public static final String NODES_READY = "NodesReady";

    /** Ready=False: connected, and no node is ready. */
    public static final String NO_NODES_READY = "NoNodesReady";

    /** OpenForChanges=True: a maintenance window is open. */
    public static final String WINDOW_OPEN = "WindowOpen";

    /** OpenForChanges=False: no maintenance window is open. */
    public static final String OUTSIDE_WINDOWS = "OutsideWindows";

    /** OpenForChanges=False: a maintenance window's time zone is not known. */
    public static final String UNKNOWN_TIME_ZONE = "UnknownTimeZone";

    private Reason() {}
  }
}
