package dev.modelfleet.runtime.serve.http;

import dev.modelfleet.runtime.serve.model.ModelRepository;
import dev.modelfleet.runtime.serve.protocol.Access;
import dev.modelfleet.runtime.serve.protocol.ServingState;
import dev.modelfleet.runtime.serve.trace.Traces;
import io.vertx.core.Vertx;
import java.util.function.Supplier;

/**
 * What the server's transports share.
 *
 * @param state whether the whole server is ready
 * @param budget of request bodies of all transports together
 * @param access who may ask anything but health
 * @param connections of all transports
 * @param traces of inference requests
 * @param version of the server, as its metadata tells
 */
public record FrontEndContext(
    Vertx vertx,
    ModelRepository models,
    Supplier<ServingState> state,
    HttpLimits limits,
    BodyBudget budget,
    Access access,
    Connections connections,
    Traces traces,
    String version) {}
