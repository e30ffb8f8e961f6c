package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A class of devices: which nodes, what they run well, and what fits on them. */
@Group(ApiVersion.GROUP)
@Version(ApiVersion.VERSION)
@ShortNames("hwt")
@Categories(ApiVersion.CATEGORY)
@JsonClassDescription(
    """
    A class of devices: which nodes, what they run well, how pods are put on them and what \
    fits there.\
    """)
@AdditionalPrinterColumn(
    name = "Device",
    jsonPath = ".spec.device.class",
    getDescription = "Kind of processor.")
@AdditionalPrinterColumn(
    name = "Mode",
    jsonPath = ".spec.placement.mode",
    getDescription = "How pods are placed.")
@AdditionalPrinterColumn(
    name = "Nodes",
    jsonPath = ".status.matchedNodes",
    type = AdditionalPrinterColumn.Type.INTEGER,
    getDescription = "Nodes that match.")
@AdditionalPrinterColumn(
    name = "Ready-nodes",
    jsonPath = ".status.readyNodes",
    type = AdditionalPrinterColumn.Type.INTEGER,
    getDescription = "Nodes that match and are ready.")
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
    getDescription = "Whether a model can run there.")
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE,
    getDescription = "Time since it was created.")
@AdditionalPrinterColumn(
    name = "Arch",
    jsonPath = ".spec.device.architecture",
    priority = 1,
    getDescription = "CPU architecture of the nodes.")
@AdditionalPrinterColumn(
    name = "Provider",
    jsonPath = ".spec.engine.executionProvider",
    priority = 1,
    getDescription = "Execution provider of the engine.")
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    priority = 1,
    getDescription = "Why it is ready or not.")
public class HardwareTarget extends CustomResource<HardwareTargetSpec, HardwareTargetStatus> {

  private static final long serialVersionUID = 1L;

  @Override
  protected HardwareTargetSpec initSpec() {
    return null;
  }

  @Override
  protected HardwareTargetStatus initStatus() {
    return null;
  }
}
