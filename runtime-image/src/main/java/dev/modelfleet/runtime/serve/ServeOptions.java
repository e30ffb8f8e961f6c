package dev.modelfleet.runtime.serve;

import dev.modelfleet.runtime.serve.http.HttpLimits;
import dev.modelfleet.runtime.serve.http.Tls;
import dev.modelfleet.runtime.serve.model.ModelCatalog;
import dev.modelfleet.runtime.serve.protocol.Access;
import java.time.Duration;

/**
 * Everything that a server is started with.
 *
 * @param catalog the models
 * @param modelControl whether clients may load and unload models
 * @param access who may ask
 * @param tls how connections of both protocols are encrypted; the metrics are in the clear
 * @param host address to listen on
 * @param httpPort port of the protocol over HTTP; 0 for any
 * @param grpcPort port of the protocol over gRPC; 0 for any
 * @param metricsPort port of the metrics; 0 for any
 * @param limits what a client can take
 * @param drainDelay time between saying not ready and refusing connections
 * @param gracePeriod time for running requests to end after that
 */
record ServeOptions(
    ModelCatalog catalog,
    boolean modelControl,
    Access access,
    Tls tls,
    String host,
    int httpPort,
    int grpcPort,
    int metricsPort,
    HttpLimits limits,
    Duration drainDelay,
    Duration gracePeriod) {}
