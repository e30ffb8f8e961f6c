package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** How models may be compressed, and what must still hold afterwards. */
@Group(ApiVersion.GROUP)
@Version(ApiVersion.VERSION)
@ShortNames("cpol")
@Categories(ApiVersion.CATEGORY)
@JsonClassDescription(
    """
    How models may be compressed, in order of preference, and what must still hold \
    afterwards. ModelDeployments in the same namespace name it.\
    """)
@AdditionalPrinterColumn(
    name = "Accepted",
    jsonPath = ".status.conditions[?(@.type==\"Accepted\")].status",
    getDescription = "Whether the policy can be used.")
@AdditionalPrinterColumn(
    name = "Max-drop",
    jsonPath = ".spec.constraints.maxAccuracyDrop",
    getDescription = "Largest accepted loss of accuracy.")
@AdditionalPrinterColumn(
    name = "Fallback",
    jsonPath = ".spec.fallback",
    getDescription = "What is used when no recipe passes.")
@AdditionalPrinterColumn(
    name = "Used-by",
    jsonPath = ".status.usedBy",
    type = AdditionalPrinterColumn.Type.INTEGER,
    getDescription = "Number of ModelDeployments that name it.")
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE,
    getDescription = "Time since it was created.")
@AdditionalPrinterColumn(
    name = "Recipes",
    jsonPath = ".spec.recipes[*].name",
    priority = 1,
    getDescription = "The recipes in order of preference.")
public class CompressionPolicy
    extends CustomResource<CompressionPolicySpec, CompressionPolicyStatus> implements Namespaced {

  private static final long serialVersionUID = 1L;

  @Override
  protected CompressionPolicySpec initSpec() {
    return null;
  }

  @Override
  protected CompressionPolicyStatus initStatus() {
    return null;
  }
}
