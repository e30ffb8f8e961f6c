package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** What one member cluster is to run of one ModelDeployment. */
@Group(ApiVersion.GROUP)
@Version(ApiVersion.VERSION)
@ShortNames("ed")
@Categories(ApiVersion.CATEGORY)
@JsonClassDescription(
    """
    What one member cluster is to run of one ModelDeployment. Made by the operator in the hub, in \
    namespace modelfleet-cluster-<EdgeCluster>.\
    """)
@AdditionalPrinterColumn(
    name = "Deployment",
    jsonPath = ".spec.deployment.name",
    getDescription = "The ModelDeployment.")
@AdditionalPrinterColumn(
    name = "Phase",
    jsonPath = ".status.phase",
    getDescription = "Where it stands.")
@AdditionalPrinterColumn(
    name = "Revision",
    jsonPath = ".status.appliedRevision",
    getDescription = "Revision that the cluster was last told to serve.")
@AdditionalPrinterColumn(
    name = "Desired",
    jsonPath = ".status.desired",
    type = AdditionalPrinterColumn.Type.INTEGER,
    getDescription = "Pods that there should be.")
@AdditionalPrinterColumn(
    name = "Available",
    jsonPath = ".status.available",
    type = AdditionalPrinterColumn.Type.INTEGER,
    getDescription = "Pods that serve.")
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE,
    getDescription = "Time since it was created.")
@AdditionalPrinterColumn(
    name = "Rejected",
    jsonPath = ".status.rejectedRevision",
    priority = 1,
    getDescription = "Revision that failed there.")
@AdditionalPrinterColumn(
    name = "Message",
    jsonPath = ".status.message",
    priority = 1,
    getDescription = "What is happening.")
public class EdgeDeployment extends CustomResource<EdgeDeploymentSpec, EdgeDeploymentStatus>
    implements Namespaced {

  private static final long serialVersionUID = 1L;

  @Override
  protected EdgeDeploymentSpec initSpec() {
    return null;
  }

  @Override
  protected EdgeDeploymentStatus initStatus() {
    return null;
  }
}
