package dev.modelfleet.runtime.serve.http;

import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SSLOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * How connections are encrypted. The files are read when the server starts to listen, and again
 * when they have changed.
 *
 * @param certificate PEM file with the server's certificate chain; null for connections in the
 *     clear
 * @param key PEM file with its private key (PKCS #8)
 * @param clientAuthorities PEM file with the authorities of which every client must show a
 *     certificate; null where clients need none
 */
public record Tls(Path certificate, Path key, Path clientAuthorities) {

  /** Connections in the clear. */
  public static final Tls OFF = new Tls(null, null, null);

  /** Whether connections are encrypted. */
  public boolean isOn() {
    return certificate != null;
  }

  /** All files. */
  public List<Path> files() {
    return Stream.of(certificate, key, clientAuthorities).filter(Objects::nonNull).toList();
  }

  /**
   * For a server that listens already: the files as they are now.
   *
   * @param alpn whether the protocol is negotiated
   */
  public SSLOptions sslOptions(boolean alpn) {
    return applyTo(new HttpServerOptions(), alpn).getSslOptions();
  }

  /**
   * Applies this to a server.
   *
   * @param alpn whether the protocol is negotiated, as HTTP/2 needs it
   */
  public HttpServerOptions applyTo(HttpServerOptions options, boolean alpn) {
    if (!isOn()) {
      return options;
    }
    options
        .setSsl(true)
        .setUseAlpn(alpn)
        .setKeyCertOptions(
            new PemKeyCertOptions().setCertPath(certificate.toString()).setKeyPath(key.toString()));
    if (clientAuthorities != null) {
      options
          .setTrustOptions(new PemTrustOptions().addCertPath(clientAuthorities.toString()))
          .setClientAuth(ClientAuth.REQUIRED);
    }
    return options;
  }
}
