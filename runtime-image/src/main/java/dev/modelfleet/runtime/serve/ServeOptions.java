package dev.modelfleet.runtime.serve;

import dev.modelfleet.runtime.serve.http.HttpLimits;
import dev.modelfleet.runtime.serve.http.Tls;
import dev.modelfleet.runtime.serve.model.ModelCatalog;
import dev.modelfleet.runtime.serve.protocol.Access;
import dev.modelfleet.runtime.serve.trace.Traces;
import java.time.Duration;

/**
 * Everything that a server is started with.
 *
 * @param catalog the models
 * @param modelControl whether clients may load and unload models
 * @param poll how often the catalog is looked at for changes; zero for never
 * @param access who may ask
 * @param tls how connections of both protocols are encrypted; the metrics are in the clear
 * @param reread how often certificates and token are looked at for replacement
 * @param ports where it listens
 * @param limits what a client can take
 * @param traces of inference requests; closed with the server
 * @param drainDelay time between saying not ready and refusing connections
 * @param gracePeriod time for running requests to end after that
 */
record ServeOptions(
    ModelCatalog catalog,
    boolean modelControl,
    Duration poll,
    Access access,
    Tls tls,
    Duration reread,
    Ports ports,
    HttpLimits limits,
    Traces traces,
    Duration drainDelay,
    Duration gracePeriod) {}
