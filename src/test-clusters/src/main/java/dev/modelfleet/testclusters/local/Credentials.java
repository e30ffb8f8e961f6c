package dev.modelfleet.testclusters.local;

import dev.modelfleet.testclusters.ClusterException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who may talk to the API server: one random token for each program, written to the API server's
 * token file, and a kubeconfig with it. The users are those that Kubernetes' own roles name.
 */
final class Credentials {
  private static final Base64.Encoder MIME = Base64.getMimeEncoder(64, new byte[] {'\n'});

  private final StateDirectory directory;
  private final Map<String, String> tokens = new LinkedHashMap<>();
  private final StringBuilder tokenFile = new StringBuilder();

  Credentials(StateDirectory directory, List<String> nodes) {
    this.directory = directory;
    add("admin", "admin", "system:masters");
    add("kube-controller-manager", "system:kube-controller-manager", "");
    add("kube-scheduler", "system:kube-scheduler", "");
    add("kube-proxy", "system:kube-proxy", "");
    add("coredns", "coredns", "system:masters");
    add("kwok", "kwok", "system:masters");
    for (String node : nodes) {
      add("kubelet-" + node, "system:node:" + node, "system:nodes");
    }
  }

  private void add(String role, String user, String group) {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    String token = HexFormat.of().formatHex(random);
    tokens.put(role, token);
    tokenFile.append("%s,%s,%s,\"%s\"%n".formatted(token, user, user, group));
  }

  /** Writes the token file and the key pair that signs service account tokens. */
  void write() {
    Path secrets = directory.secrets();
    try {
      Files.createDirectories(
          secrets,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.writeString(secrets.resolve("tokens.csv"), tokenFile);
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      KeyPair pair = generator.generateKeyPair();
      Files.writeString(
          secrets.resolve("service-accounts.key"),
          pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
      Files.writeString(
          secrets.resolve("service-accounts.pub"),
          pem("PUBLIC KEY", pair.getPublic().getEncoded()));
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new ClusterException("Cannot write credentials to " + secrets, e);
    }
  }

  /** The certificate authority of the API server, which makes it at its first start. */
  Path authority() {
    return directory.secrets().resolve("apiserver.crt");
  }

  /** The kubeconfig of a role. */
  Path kubeconfig(String role) {
    return role.equals("admin")
        ? directory.kubeconfig()
        : directory.secrets().resolve(role + ".kubeconfig");
  }

  /** Writes every role's kubeconfig; the API server must have made its certificate. */
  void writeKubeconfigs(String server) {
    tokens.forEach(
        (role, token) -> StateDirectory.write(kubeconfig(role), kubeconfig(server, token)));
  }

  private String kubeconfig(String server, String token) {
    String authority;
    try {
      authority = Base64.getEncoder().encodeToString(Files.readAllBytes(authority()));
    } catch (IOException e) {
      throw new ClusterException("The API server made no certificate at " + authority(), e);
    }
    return """
        apiVersion: v1
        kind: Config
        clusters:
        - name: %1$s
          cluster:
            server: %2$s
            certificate-authority-data: %3$s
        users:
        - name: %1$s
          user:
            token: %4$s
        contexts:
        - name: %1$s
          context:
            cluster: %1$s
            user: %1$s
        current-context: %1$s
        """
        .formatted(directory.name(), server, authority, token);
  }

  private static String pem(String type, byte[] content) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(type, new String(MIME.encode(content), StandardCharsets.US_ASCII));
  }
}
