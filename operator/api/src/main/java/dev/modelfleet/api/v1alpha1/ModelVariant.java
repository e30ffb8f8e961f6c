package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * A model compressed for one class of devices, with its proof. Made and removed by the operator.
 */
@Group(ApiVersion.GROUP)
@Version(ApiVersion.VERSION)
@ShortNames("mv")
@Categories(ApiVersion.CATEGORY)
@JsonClassDescription(
    """
    A model compressed for one class of devices, with its proof. Made by the operator from a \
    ModelDeployment and removed when nothing needs it; not to be edited.\
    """)
@AdditionalPrinterColumn(
    name = "Phase",
    jsonPath = ".status.phase",
    getDescription = "Where it stands.")
@AdditionalPrinterColumn(
    name = "Target",
    jsonPath = ".spec.target.hardwareTarget",
    getDescription = "HardwareTarget that it is built for.")
@AdditionalPrinterColumn(
    name = "Recipe",
    jsonPath = ".status.recipe",
    getDescription = "Recipe that it was made by.")
@AdditionalPrinterColumn(
    name = "Size",
    jsonPath = ".status.proof.size",
    getDescription = "Size of the model.")
@AdditionalPrinterColumn(
    name = "Drop",
    jsonPath = ".status.proof.accuracy.drop",
    getDescription = "Accuracy lost against the original.")
@AdditionalPrinterColumn(
    name = "Drop-Upper",
    jsonPath = ".status.proof.accuracy.dropUpper",
    priority = 1,
    getDescription = "Largest plausible loss, which the gate was held against.")
@AdditionalPrinterColumn(
    name = "P99",
    jsonPath = ".status.proof.latency.p99",
    getDescription = "Latency of one inference on the device.")
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
    getDescription = "Whether it may be rolled out.")
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE,
    getDescription = "Time since it was created.")
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    priority = 1,
    getDescription = "Why it is ready or not.")
@AdditionalPrinterColumn(
    name = "Model",
    jsonPath = ".spec.source.uri",
    priority = 1,
    getDescription = "The original model.")
@AdditionalPrinterColumn(
    name = "Artifact",
    jsonPath = ".status.artifact.reference",
    priority = 1,
    getDescription = "Where the variant is.")
public class ModelVariant extends CustomResource<ModelVariantSpec, ModelVariantStatus>
    implements Namespaced {

  private static final long serialVersionUID = 1L;

  @Override
  protected ModelVariantSpec initSpec() {
    return null;
  }

  @Override
  protected ModelVariantStatus initStatus() {
    return null;
  }
}
