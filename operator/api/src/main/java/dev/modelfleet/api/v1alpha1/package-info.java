/**
 * The custom resources of Modelfleet, version v1alpha1: {@link
 * dev.modelfleet.api.v1alpha1.ModelDeployment}, {@link
 * dev.modelfleet.api.v1alpha1.CompressionPolicy}, {@link
 * dev.modelfleet.api.v1alpha1.HardwareTarget}, {@link dev.modelfleet.api.v1alpha1.ModelVariant},
 * {@link dev.modelfleet.api.v1alpha1.EdgeCluster} and {@link
 * dev.modelfleet.api.v1alpha1.EdgeDeployment}, with the conditions and reasons of each.
 *
 * <p>Specs and statuses are records: null stands for an absent field, empty lists and maps for
 * absent ones. Limits, defaults and rules are declared here once, as annotations from which the
 * CRDs are generated; the API server enforces them, so what the operator reads has passed them.
 */
package dev.modelfleet.api.v1alpha1;
