package dev.modelfleet.operator.analysis;

import dev.modelfleet.api.v1alpha1.BearerTokenReference;
import dev.modelfleet.operator.analysis.decide.Question;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The bearer tokens of Secrets, read when they are needed, so that a renewed one is used. */
public final class BearerTokens {

  private static final String KEY = "token";

  private final KubernetesClient client;

  /** Tokens of a cluster. */
  public BearerTokens(KubernetesClient client) {
    this.client = client;
  }

  /** What authenticates a request. */
  sealed interface Credential {}

  /** Nothing. */
  record Anonymous() implements Credential {}

  /** A token, without white space around it. */
  record Token(String value) implements Credential {

    @Override
    public String toString() {
      return "Token[…]";
    }
  }

  /** There is to be a token, but there is none. */
  record Refused(String why) implements Credential {}

  /** What authenticates a question. */
  Credential of(Question question) {
    BearerTokenReference reference = question.token();
    if (reference == null) {
      return new Anonymous();
    }
    String key = reference.key() == null ? KEY : reference.key();
    String name = reference.name();
    try {
      Secret secret = client.secrets().inNamespace(question.namespace()).withName(name).get();
      if (secret == null) {
        return new Refused(
            "Secret %s of bearerTokenSecretRef is not in namespace %s: create it"
                .formatted(name, question.namespace()));
      }
      String entry = secret.getData() == null ? null : secret.getData().get(key);
      String token =
          entry == null
              ? ""
              : new String(Base64.getMimeDecoder().decode(entry), StandardCharsets.UTF_8).strip();
      return token.matches("[!-~]+")
          ? new Token(token)
          : new Refused(
              "Secret %s of bearerTokenSecretRef has no token under key %s: add it"
                  .formatted(name, key));
    } catch (KubernetesClientException e) {
      return new Refused(
          "Secret %s of bearerTokenSecretRef can't be read: status %d"
              .formatted(name, e.getCode()));
    }
  }
}
