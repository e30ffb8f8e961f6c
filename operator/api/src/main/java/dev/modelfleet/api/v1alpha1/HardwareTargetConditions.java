package dev.modelfleet.api.v1alpha1;

/** Types of a HardwareTarget's conditions and their reasons. */
public final class HardwareTargetConditions {

  /** A model can run on a node of the target. */
  public static final String READY = "Ready";

  private HardwareTargetConditions() {}

  /** Why a condition of a HardwareTarget has its status. */
  public static final class Reason {

    /** Ready=True: at least one node matches and is ready. */
    public static final String NODES_READY = "NodesReady";

    /** Ready=False: no node has the labels and the architecture. */
    public static final String NO_NODES_MATCH = "NoNodesMatch";

    /** Ready=False: nodes match and none is ready. */
    public static final String NODES_NOT_READY = "NodesNotReady";

    /** Ready=False: nodes match and none offers the device's resource. */
    public static final String RESOURCE_MISSING = "ResourceMissing";

    /** Ready=True: a member cluster that placement.clusterSelector selects is connected. */
    public static final String CLUSTERS_CONNECTED = "ClustersConnected";

    /** Ready=False: no EdgeCluster has the labels of placement.clusterSelector. */
    public static final String NO_CLUSTERS_MATCH = "NoClustersMatch";

    /** Ready=False: EdgeClusters have the labels, and none of them is connected. */
    public static final String CLUSTERS_NOT_CONNECTED = "ClustersNotConnected";

    private Reason() {}
  }
}
