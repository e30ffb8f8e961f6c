/**
 * The contract between the operator and what runs on nodes: what to build ({@link
 * dev.modelfleet.artifact.BuildRequest}), what came of it ({@link
 * dev.modelfleet.artifact.BuildResult}, {@link dev.modelfleet.artifact.ProofReport}), what an
 * artifact holds ({@link dev.modelfleet.artifact.VariantManifest}) and how a device is asked to
 * confirm it ({@link dev.modelfleet.artifact.ProbeRequest}, {@link
 * dev.modelfleet.artifact.ProbeResult}). Plain records that read and write as JSON through {@link
 * dev.modelfleet.artifact.ContractJson}.
 */
package dev.modelfleet.artifact;
