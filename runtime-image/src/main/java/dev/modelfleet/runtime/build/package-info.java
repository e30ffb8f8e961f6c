/**
 * The command {@code build}: {@link dev.modelfleet.runtime.build.BuildPipeline} reads as its table
 * of contents, {@link dev.modelfleet.runtime.build.GateCheck} holds its decisions.
 */
package dev.modelfleet.runtime.build;
