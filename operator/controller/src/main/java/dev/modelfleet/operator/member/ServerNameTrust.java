package dev.modelfleet.operator.member;

import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.X509TrustManager;

/**
 * Trusts what another trust manager trusts, where the certificate is for a given name instead of
 * the host that was called: for API servers behind an address of another name.
 */
final class ServerNameTrust implements X509TrustManager {

  /** {@code GeneralName} of RFC 5280, section 4.2.1.6: dNSName and iPAddress. */
  private static final List<Integer> NAME_TYPES = List.of(2, 7);

  private final X509TrustManager chain;
  private final String serverName;

  ServerNameTrust(X509TrustManager chain, String serverName) {
    this.chain = chain;
    this.serverName = serverName.toLowerCase(Locale.ROOT);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] certificates, String type)
      throws CertificateException {
    chain.checkServerTrusted(certificates, type);
    if (!isFor(certificates[0])) {
      throw new CertificateException(
          "the server's certificate is not for "
              + serverName
              + ", which tlsClientConfig.serverName asks for");
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
  public void checkClientTrusted(X509Certificate[] certificates, String type)
      throws CertificateException {
    chain.checkClientTrusted(certificates, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return chain.getAcceptedIssuers();
  }
}
