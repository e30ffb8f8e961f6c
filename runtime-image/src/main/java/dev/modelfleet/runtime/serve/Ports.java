package dev.modelfleet.runtime.serve;

/**
 * Where the server listens. A port of 0 is any that is free.
 *
 * @param host address to listen on
 * @param http port of the protocol over HTTP
 * @param grpc port of the protocol over gRPC
 * @param metrics port of the metrics
 * @param shared whether gRPC is on the port of HTTP, and {@code grpc} is not opened
 */
record Ports(String host, int http, int grpc, int metrics, boolean shared) {}
