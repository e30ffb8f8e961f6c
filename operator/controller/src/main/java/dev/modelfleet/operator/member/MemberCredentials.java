package dev.modelfleet.operator.member;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.modelfleet.api.v1alpha1.EdgeClusterConditions.Reason;
import dev.modelfleet.operator.cluster.decide.ClusterSighting.Missed;
import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * How a member cluster is reached, from a Secret: a kubeconfig, or what Argo CD keeps of a cluster
 * ({@code operator-manual/declarative-setup} of its documentation, section Clusters).
 *
 * <p>Credentials are taken from the Secret alone. Programs that would have to be run and files that
 * would have to be read are refused: they would run in the operator's pod and read what is in it.
 */
public sealed interface MemberCredentials {

  /** Label by which Argo CD knows its Secrets. */
  String ARGO_CD_TYPE = "argocd.argoproj.io/secret-type";

  /**
   * Usable.
   *
   * @param config of a client
   * @param serverName that the server's certificate is for, where it is not the URL's host; null
   *     for the host
   */
  record Usable(Config config, String serverName) implements MemberCredentials {}

  /** Not usable, with the reason. */
  record Unusable(Missed why) implements MemberCredentials {}

  /**
   * Reads a Secret.
   *
   * @param entry of a kubeconfig
   */
  static MemberCredentials of(Secret secret, String entry) {
    Map<String, String> labels = secret.getMetadata().getLabels();
    String place =
        "Secret " + secret.getMetadata().getNamespace() + "/" + secret.getMetadata().getName();
    Map<String, String> data = secret.getData() == null ? Map.of() : secret.getData();
    if (labels != null && "cluster".equals(labels.get(ARGO_CD_TYPE))) {
      return argoCd(data, place);
    }
    if (!data.containsKey(entry)) {
      return unusable(
          Reason.SECRET_MISSING,
          place + " has no entry " + entry + ": create it with a kubeconfig");
    }
    return kubeconfig(text(data, entry), place + ", entry " + entry);
  }

  private static MemberCredentials kubeconfig(String content, String place) {
    try {
      var kubeconfig =
          Serialization.unmarshal(content, io.fabric8.kubernetes.api.model.Config.class);
      boolean outside =
          kubeconfig.getUsers().stream().anyMatch(user -> outside(user.getUser()))
              || kubeconfig.getClusters().stream().anyMatch(c -> outside(c.getCluster()));
      if (outside) {
        return unusable(
            Reason.CREDENTIALS_NOT_SUPPORTED,
            place
                + " names a program (exec, auth-provider) or a file: put a token or certificate"
                + " data into it");
      }
      return new Usable(Config.fromKubeconfig(content), serverName(kubeconfig));
    } catch (KubernetesClientException | IllegalArgumentException | NullPointerException e) {
      return unusable(Reason.INVALID_KUBECONFIG, place + " is not a kubeconfig: " + e.getMessage());
    }
  }

  /** {@code tls-server-name} of the cluster that is used, which the client itself does not know. */
  private static String serverName(io.fabric8.kubernetes.api.model.Config kubeconfig) {
    return kubeconfig.getContexts().stream()
        .filter(context -> context.getName().equals(kubeconfig.getCurrentContext()))
        .flatMap(
            context ->
                kubeconfig.getClusters().stream()
                    .filter(c -> c.getName().equals(context.getContext().getCluster())))
        .map(cluster -> empty(cluster.getCluster().getTlsServerName()))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private static boolean outside(AuthInfo user) {
    return user != null
        && (user.getExec() != null
            || user.getAuthProvider() != null
            || Stream.of(user.getTokenFile(), user.getClientCertificate(), user.getClientKey())
                .anyMatch(file -> file != null && !file.isEmpty()));
  }

  private static boolean outside(Cluster cluster) {
    return cluster != null
        && cluster.getCertificateAuthority() != null
        && !cluster.getCertificateAuthority().isEmpty();
  }

  /** Entry {@code config} of an Argo CD cluster Secret. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record ArgoConfig(
      String username,
      String password,
      String bearerToken,
      ArgoTls tlsClientConfig,
      JsonNode execProviderConfig,
      JsonNode awsAuthConfig,
      String proxyUrl) {}

  /** TLS part of {@link ArgoConfig}; data is PEM in base64. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record ArgoTls(
      boolean insecure, String serverName, String caData, String certData, String keyData) {}

  private static MemberCredentials argoCd(Map<String, String> data, String place) {
    if (!data.containsKey("server")) {
      return unusable(Reason.INVALID_KUBECONFIG, place + " has no entry server");
    }
    ArgoConfig config;
    try {
      String content = data.containsKey("config") ? text(data, "config") : "{}";
      config = new JsonMapper().readValue(content, ArgoConfig.class);
    } catch (JsonProcessingException e) {
      return unusable(
          Reason.INVALID_KUBECONFIG,
          place + ", entry config is not JSON: " + e.getOriginalMessage());
    }
    if (config.execProviderConfig() != null || config.awsAuthConfig() != null) {
      return unusable(
          Reason.CREDENTIALS_NOT_SUPPORTED,
          place
              + ", entry config: execProviderConfig and awsAuthConfig need a program that is not in"
              + " the operator's image: use a bearerToken or tlsClientConfig");
    }
    ArgoTls tls =
        config.tlsClientConfig() == null
            ? new ArgoTls(false, null, null, null, null)
            : config.tlsClientConfig();
    Config client =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(text(data, "server"))
            .withUsername(empty(config.username()))
            .withPassword(empty(config.password()))
            .withOauthToken(empty(config.bearerToken()))
            .withCaCertData(empty(tls.caData()))
            .withClientCertData(empty(tls.certData()))
            .withClientKeyData(empty(tls.keyData()))
            .withTrustCerts(tls.insecure())
            .withDisableHostnameVerification(tls.insecure())
            .withHttpsProxy(empty(config.proxyUrl()))
            .withHttpProxy(empty(config.proxyUrl()))
            .build();
    return new Usable(client, tls.insecure() ? null : empty(tls.serverName()));
  }

  private static String text(Map<String, String> data, String entry) {
    return new String(Base64.getDecoder().decode(data.get(entry)), StandardCharsets.UTF_8);
  }

  private static String empty(String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  private static Unusable unusable(String reason, String message) {
    return new Unusable(new Missed(reason, message));
  }
}
