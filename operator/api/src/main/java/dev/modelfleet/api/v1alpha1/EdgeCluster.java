package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A member cluster: its pods serve what the hub decides. */
@Group(ApiVersion.GROUP)
@Version(ApiVersion.VERSION)
@ShortNames("ec")
@Categories(ApiVersion.CATEGORY)
@JsonClassDescription(
    """
    A member cluster: the operator reaches it through a kubeconfig, or an agent in it reaches the \
    hub.\
    """)
@AdditionalPrinterColumn(name = "Mode", jsonPath = ".spec.mode", getDescription = "Push or Pull.")
@AdditionalPrinterColumn(
    name = "Connected",
    jsonPath = ".status.conditions[?(@.type==\"Connected\")].status",
    getDescription = "Whether its API server answers.")
@AdditionalPrinterColumn(
    name = "Version",
    jsonPath = ".status.version",
    getDescription = "Kubernetes version.")
@AdditionalPrinterColumn(
    name = "Nodes",
    jsonPath = ".status.nodes",
    type = AdditionalPrinterColumn.Type.INTEGER,
    getDescription = "Number of nodes.")
@AdditionalPrinterColumn(
    name = "Ready-nodes",
    jsonPath = ".status.readyNodes",
    type = AdditionalPrinterColumn.Type.INTEGER,
    getDescription = "Number of ready nodes.")
@AdditionalPrinterColumn(
    name = "Last-seen",
    jsonPath = ".status.lastSeen",
    type = AdditionalPrinterColumn.Type.DATE,
    getDescription = "Time since it last answered.")
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE,
    getDescription = "Time since it was created.")
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type==\"Connected\")].reason",
    priority = 1,
    getDescription = "Why it is connected or not.")
public class EdgeCluster extends CustomResource<EdgeClusterSpec, EdgeClusterStatus> {

  private static final long serialVersionUID = 1L;

  @Override
  protected EdgeClusterSpec initSpec() {
    return null;
  }

  @Override
  protected EdgeClusterStatus initStatus() {
    return null;
  }
}
