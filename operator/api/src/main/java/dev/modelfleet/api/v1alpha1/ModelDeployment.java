package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A model on a fleet: compressed, proven and served on every target, as declared. */
@Group(ApiVersion.GROUP)
@Version(ApiVersion.VERSION)
@ShortNames("md")
@Categories(ApiVersion.CATEGORY)
@JsonClassDescription(
    """
    A model on a fleet: where the original is, how it may be compressed, and on which \
    classes of devices it is served. The operator builds one variant for each class, proves it \
    against the original and rolls it out.\
    """)
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.readiness",
    getDescription = "Ready pods of desired ones.")
@AdditionalPrinterColumn(
    name = "Up-to-date",
    jsonPath = ".status.updated",
    type = AdditionalPrinterColumn.Type.INTEGER,
    getDescription = "Pods of the revision that is rolled out.")
@AdditionalPrinterColumn(
    name = "Available",
    jsonPath = ".status.available",
    type = AdditionalPrinterColumn.Type.INTEGER,
    getDescription = "Pods that serve.")
@AdditionalPrinterColumn(
    name = "Phase",
    jsonPath = ".status.phase",
    getDescription = "Where it stands.")
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE,
    getDescription = "Time since it was created.")
@AdditionalPrinterColumn(
    name = "Revision",
    jsonPath = ".status.currentRevision",
    priority = 1,
    getDescription = "Revision that serves on every target.")
@AdditionalPrinterColumn(
    name = "Model",
    jsonPath = ".spec.model.uri",
    priority = 1,
    getDescription = "The original model.")
@AdditionalPrinterColumn(
    name = "Message",
    jsonPath = ".status.message",
    priority = 1,
    getDescription = "What is happening.")
public class ModelDeployment extends CustomResource<ModelDeploymentSpec, ModelDeploymentStatus>
    implements Namespaced {

  private static final long serialVersionUID = 1L;

  @Override
  protected ModelDeploymentSpec initSpec() {
    return null;
  }

  @Override
  protected ModelDeploymentStatus initStatus() {
    return null;
  }
}
