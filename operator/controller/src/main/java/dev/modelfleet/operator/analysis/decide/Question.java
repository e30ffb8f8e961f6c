package dev.modelfleet.operator.analysis.decide;

import dev.modelfleet.api.v1alpha1.BearerTokenReference;

/**
 * A query as it is sent.
 *
 * @param namespace of the ModelDeployment, and of the token's Secret
 * @param address of the server, as in the spec
 * @param token that is sent along; null for none
 * @param query PromQL, with nothing left to be filled in
 */
public record Question(
    String namespace, String address, BearerTokenReference token, String query) {}
