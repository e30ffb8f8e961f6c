package dev.modelfleet.api.v1alpha1;

/** Graph simplification; it has no settings. */
@ApiObject
public record SimplifyStep() {}
