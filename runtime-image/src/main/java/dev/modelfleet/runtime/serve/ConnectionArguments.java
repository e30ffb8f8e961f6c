package dev.modelfleet.runtime.serve;

import dev.modelfleet.runtime.serve.http.HttpLimits;
import dev.modelfleet.runtime.serve.http.Tls;
import dev.modelfleet.runtime.serve.protocol.Access;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options of who may connect, how, and how much a connection may take. */
final class ConnectionArguments {

  private static final long MIB = 1 << 20;

  @Option(names = "--host", description = "address to listen on", defaultValue = "0.0.0.0")
  private String host;

  @Option(
      names = "--http-port",
      description = "port of the protocol over HTTP",
      defaultValue = "8000")
  private int httpPort;

  @Option(
      names = "--grpc-port",
      description = "port of the protocol over gRPC",
      defaultValue = "8001")
  private int grpcPort;

  @Option(
      names = "--one-port",
      description =
          "gRPC on the port of HTTP, told apart by their first bytes or, with TLS, by ALPN;"
              + " --grpc-port is not opened",
      defaultValue = "false")
  private boolean onePort;

  @Option(names = "--metrics-port", description = "port of /metrics", defaultValue = "8002")
  private int metricsPort;

  @Option(
      names = "--reread-seconds",
      description =
          "how often certificates and token are looked at, to take those that replace them",
      defaultValue = "10")
  private int rereadSeconds;

  @Option(
      names = "--tls-certificate",
      description =
          "PEM file with the certificate chain: HTTP and gRPC by TLS only, the metrics stay in the"
              + " clear")
  private Path tlsCertificate;

  @Option(names = "--tls-key", description = "PEM file with the certificate's key (PKCS #8)")
  private Path tlsKey;

  @Option(
      names = "--tls-client-ca",
      description = "PEM file with authorities: every client must show a certificate of one")
  private Path clientAuthorities;

  @Option(
      names = "--bearer-token-file",
      description =
          "file with a token that clients must show in the header Authorization, but for health")
  private Path bearerTokenFile;

  @Option(
      names = "--max-body-bytes",
      description =
          "largest request body, after decompression; 0: a quarter of the JVM's memory, at most 64"
              + " MiB",
      defaultValue = "0")
  private long maxBodyBytes;

  @Option(
      names = "--max-in-flight-bytes",
      description =
          "request bodies in memory at the same time, more are refused with 503; 0: half of the"
              + " JVM's memory, at most 256 MiB",
      defaultValue = "0")
  private long maxInFlightBytes;

  @Option(
      names = "--max-connections",
      description = "open connections; more are closed at once",
      defaultValue = "1024")
  private int maxConnections;

  @Option(
      names = "--body-timeout",
      description = "seconds in which all of a request's body must arrive",
      defaultValue = "30")
  private int bodyTimeout;

  @Option(
      names = "--idle-timeout",
      description = "seconds after which a connection without a request is closed",
      defaultValue = "300")
  private int idleTimeout;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** Where the server listens. */
  Ports ports() {
    return new Ports(host, httpPort, grpcPort, metricsPort, onePort);
  }

  /** How often mounted files are looked at. */
  Duration reread() {
    if (rereadSeconds < 1) {
      throw new ParameterException(
          spec.commandLine(), "--reread-seconds is " + rereadSeconds + ", must be 1 or more");
    }
    return Duration.ofSeconds(rereadSeconds);
  }

  /** Who may ask. */
  Access access() {
    if (bearerTokenFile == null) {
      return Access.OPEN;
    }
    try {
      return Access.byToken(bearerTokenFile);
    } catch (IOException e) {
      throw new ParameterException(spec.commandLine(), "--bearer-token-file: " + e.getMessage(), e);
    }
  }

  /**
   * How connections are encrypted.
   *
   * @param selfTest whether the server asks itself, which it does without TLS
   */
  Tls tls(boolean selfTest) {
    boolean complete = (tlsCertificate == null) == (tlsKey == null);
    if (!complete || (clientAuthorities != null && tlsCertificate == null)) {
      throw new ParameterException(
          spec.commandLine(),
          "--tls-certificate and --tls-key go together, and --tls-client-ca only with them");
    }
    if (tlsCertificate != null && selfTest) {
      throw new ParameterException(
          spec.commandLine(), "--self-test asks without TLS: leave --tls-certificate out");
    }
    return new Tls(tlsCertificate, tlsKey, clientAuthorities);
  }

  /** How much a connection may take. */
  HttpLimits limits() {
    long memory = Runtime.getRuntime().maxMemory();
    return new HttpLimits(
        maxBodyBytes > 0 ? maxBodyBytes : Math.min(64 * MIB, memory / 4),
        maxInFlightBytes > 0 ? maxInFlightBytes : Math.min(256 * MIB, memory / 2),
        maxConnections,
        Duration.ofSeconds(bodyTimeout),
        HttpLimits.DEFAULT.firstRequestTimeout(),
        Duration.ofSeconds(idleTimeout));
  }
}
