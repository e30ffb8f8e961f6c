package dev.modelfleet.runtime.oci;

import dev.modelfleet.runtime.Sha256;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names something in a registry.
 *
 * @param registry {@code host} or {@code host:port}
 * @param repository path without tag
 * @param reference a tag or a {@code sha256:…} digest
 */
public record ImageReference(String registry, String repository, String reference) {

  private static final Pattern FORM =
      Pattern.compile(
          "(?<registry>[A-Za-z0-9.-]+(?::\\d{1,5})?)"
              + "/(?<repository>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)"
              + "(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
              + "(?:@(?<digest>sha256:[0-9a-f]{64}))?");

  /**
   * Reads {@code [oci://]host[:port]/repository[:tag][@digest]}; the digest wins over the tag,
   * {@code latest} is taken where neither is given.
   *
   * @throws IllegalArgumentException naming the text and the form it should have
   */
  public static ImageReference parse(String text) {
    Matcher matcher = FORM.matcher(text.startsWith("oci://") ? text.substring(6) : text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not an OCI reference: write oci://host[:port]/repository:tag");
    }
    String tag = matcher.group("tag") == null ? "latest" : matcher.group("tag");
    String digest = matcher.group("digest");
    return new ImageReference(
        matcher.group("registry"), matcher.group("repository"), digest == null ? tag : digest);
  }

  /** Another tag or digest in the same repository. */
  public ImageReference with(String other) {
    return new ImageReference(registry, repository, other);
  }

  /** Whether it is pinned by digest. */
  public boolean isPinned() {
    return Sha256.isDigest(reference);
  }

  /** {@code host:port} to connect to: Docker Hub's registry is not at the name of its images. */
  public String endpoint() {
    return registry.equals("docker.io") ? "registry-1.docker.io" : registry;
  }

  @Override
  public String toString() {
    return registry + "/" + repository + (isPinned() ? "@" : ":") + reference;
  }
}
