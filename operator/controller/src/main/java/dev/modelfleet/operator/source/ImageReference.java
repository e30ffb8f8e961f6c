package dev.modelfleet.operator.source;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An OCI reference as in {@code oci://host[:port]/repository[:tag][@digest]}.
 *
 * @param registry host with its port where one is given
 * @param repository path below the host
 * @param tag {@code latest} where neither tag nor digest is given; null where only a digest is
 * @param digest {@code sha256:…}; null where none is given
 */
public record ImageReference(String registry, String repository, String tag, String digest) {

  private static final Pattern FORM =
      Pattern.compile(
          "oci://(?<registry>[^/@]+)/(?<repository>[a-z0-9][a-z0-9._/-]*)"
              + "(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?");

  /** The parts of an {@code oci://} URI; empty where the text is not one. */
  public static Optional<ImageReference> parse(String uri) {
    Matcher form = FORM.matcher(uri);
    if (!form.matches()) {
      return Optional.empty();
    }
    String digest = form.group("digest");
    String tag = form.group("tag");
    return Optional.of(
        new ImageReference(
            form.group("registry"),
            form.group("repository"),
            tag == null && digest == null ? "latest" : tag,
            digest));
  }

  /** What a manifest request names: the digest where there is one, else the tag. */
  public String manifest() {
    return digest == null ? tag : digest;
  }

  /** Address of the manifest in the registry's HTTP API. */
  public URI manifestUri(boolean plainHttp) {
    String scheme = plainHttp ? "http" : "https";
    return URI.create(scheme + "://" + registry + "/v2/" + repository + "/manifests/" + manifest());
  }
}
