package dev.modelfleet.operator.member;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Trusts what another trust manager trusts, where the certificate is for a given name instead of
 * the host that was called: for API servers behind an address of another name.
 *
 * <p>It is an extended one because any other is wrapped by the platform, which then compares the
 * certificate with the host as well.
 */
public final class ServerNameTrust extends X509ExtendedTrustManager {

  /** {@code GeneralName} of RFC 5280, section 4.2.1.6: dNSName and iPAddress. */
  private static final List<Integer> NAME_TYPES = List.of(2, 7);

  private final X509TrustManager chain;
  private final String serverName;

  ServerNameTrust(X509TrustManager chain, String serverName) {
    this.chain = chain;
    this.serverName = serverName.toLowerCase(Locale.ROOT);
  }

  /**
   * Makes a client trust a server whose certificate is for a given name.
   *
   * @param config of the client, from which certificates and keys are taken
   * @throws KubernetesClientException where those can't be read
   */
  public static void use(KubernetesClientBuilder builder, Config config, String serverName) {
    try {
      TrustManager[] trust =
          Stream.of(SSLUtils.trustManagers(config))
              .map(manager -> new ServerNameTrust((X509TrustManager) manager, serverName))
              .toArray(TrustManager[]::new);
      KeyManager[] keys = SSLUtils.keyManagers(config);
      config.setDisableHostnameVerification(true);
      builder.withHttpClientBuilderConsumer(http -> http.sslContext(keys, trust));
    } catch (GeneralSecurityException | IOException e) {
      throw new KubernetesClientException("the certificates can't be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] certificates, String type)
      throws CertificateException {
    chain.checkServerTrusted(certificates, type);
    if (!isFor(certificates[0])) {
      throw new CertificateException(
          "the server's certificate is not for "
              + serverName
              + ", which tls-server-name or tlsClientConfig.serverName asks for");
    }
  }

  private boolean isFor(X509Certificate certificate) throws CertificateParsingException {
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    return names != null
        && names.stream()
            .filter(name -> NAME_TYPES.contains(name.get(0)))
            .map(name -> name.get(1).toString().toLowerCase(Locale.ROOT))
            .anyMatch(this::matches);
  }

  /** A wildcard stands for one label, the first (RFC 6125, section 6.4.3). */
  private boolean matches(String name) {
    int dot = serverName.indexOf('.');
    return name.equals(serverName)
        || (name.startsWith("*.")
            && dot > 0
            && name.substring(1).equals(serverName.substring(dot)));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] certificates, String type, Socket socket)
      throws CertificateException {
    checkServerTrusted(certificates, type);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] certificates, String type, SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(certificates, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] certificates, String type, Socket socket)
      throws CertificateException {
    checkClientTrusted(certificates, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] certificates, String type, SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(certificates, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] certificates, String type)
      throws CertificateException {
    chain.checkClientTrusted(certificates, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return chain.getAcceptedIssuers();
  }
}
