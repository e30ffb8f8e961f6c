package dev.modelfleet.runtime.oci;

import dev.modelfleet.runtime.Sha256;
import dev.modelfleet.runtime.remote.Download;
import dev.modelfleet.runtime.remote.RemoteAnswer;
import dev.modelfleet.runtime.remote.RemoteException;
import dev.modelfleet.runtime.remote.RemoteException.Kind;
import dev.modelfleet.runtime.remote.RemoteHttp;
import dev.modelfleet.runtime.remote.RemoteRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The part of the OCI distribution protocol that models need: manifests and blobs, to and from a
 * registry. Every byte that is read is checked against its digest.
 *
 * <p>Why not an existing client: {@code oras-java-sdk} 0.7.0 cannot set time-outs or retries, and
 * brings 20 MB of dependencies (Bouncy Castle, zstd for every platform, YAML, a cache).
 */
public final class RegistryClient {

  private static final int MAX_MANIFEST_BYTES = 4 << 20;
  private static final String MANIFESTS =
      String.join(
          ", ",
          Manifest.MEDIA_TYPE,
          Manifest.DOCKER_MEDIA_TYPE,
          "application/vnd.oci.image.index.v1+json",
          "application/vnd.docker.distribution.manifest.list.v2+json");

  /** Slowest upload that is waited for. */
  private static final long MIN_BYTES_PER_SECOND = 256 * 1024;

  private final RemoteHttp http;

  /** A client that speaks through {@code http}. */
  public RegistryClient(RemoteHttp http) {
    this.http = http;
  }

  /**
   * The manifest of a tag or digest.
   *
   * @throws RemoteException of kind {@code NOT_FOUND} where there is none
   */
  public PulledManifest manifest(ImageReference reference) {
    return findManifest(reference)
        .orElseThrow(
            () ->
                new RemoteException(
                    Kind.NOT_FOUND,
                    "the registry has no " + reference + ": check repository and tag"));
  }

  /** The manifest of a tag or digest, where there is one. */
  public Optional<PulledManifest> findManifest(ImageReference reference) {
    URI uri = uri(reference, "manifests/" + reference.reference());
    RemoteRequest request =
        RemoteRequest.of("GET", uri, pull(reference), Map.of("Accept", MANIFESTS));
    Optional<byte[]> body =
        http.exchange(
            request,
            answer -> {
              if (answer.status() == 404) {
                return Optional.empty();
              }
              expectSuccess(answer, "reading " + reference);
              return Optional.of(answer.body().readNBytes(MAX_MANIFEST_BYTES));
            });
    return body.map(bytes -> read(reference, bytes));
  }

  private static PulledManifest read(ImageReference reference, byte[] bytes) {
    String digest = Sha256.of(bytes);
    if (reference.isPinned() && !reference.reference().equals(digest)) {
      throw new RemoteException(
          Kind.DIGEST_MISMATCH, "the manifest of " + reference + " has the digest " + digest);
    }
    Manifest manifest = OciJson.read(bytes, Manifest.class, reference);
    if (manifest.config() == null && manifest.layers().isEmpty()) {
      throw new RemoteException(
          Kind.PROTOCOL,
          reference + " is an index of several images: name the digest of one of them");
    }
    return new PulledManifest(reference.with(digest), digest, manifest);
  }

  /**
   * Writes a blob to a new file, whole and verified, or not at all.
   *
   * @throws RemoteException of kind {@code DIGEST_MISMATCH} where its size or digest is wrong
   * @throws UncheckedIOException where the file cannot be written
   */
  public void fetchBlob(ImageReference repository, Descriptor blob, Path file) {
    URI uri = uri(repository, "blobs/" + blob.digest());
    http.exchange(
        RemoteRequest.of("GET", uri, pull(repository), Map.of()),
        answer -> {
          expectSuccess(answer, "reading blob " + blob.digest() + " of " + repository);
          VerifiedBlob content = new VerifiedBlob(answer.body(), blob, repository);
          return Download.toFile(content, file, blob.size(), content::verifyToEnd);
        });
  }

  /** Finds out whether pushes to the repository are permitted: starts an upload and gives it up. */
  public void checkPush(ImageReference repository) {
    http.retrying(
        uri(repository, ""),
        () -> {
          URI location = startUpload(repository);
          return http.exchangeOnce(
              RemoteRequest.of("DELETE", location, push(repository), Map.of()),
              RemoteAnswer::status);
        });
  }

  /**
   * Uploads a blob unless the repository has it. After a broken connection it starts a new upload:
   * the old one may hold a part of the bytes.
   */
  public void pushBlob(
      ImageReference repository, Descriptor blob, Supplier<BodyPublisher> content) {
    if (hasBlob(repository, blob)) {
      return;
    }
    http.retrying(
        uri(repository, ""),
        () -> {
          URI location = startUpload(repository);
          String separator = location.getRawQuery() == null ? "?" : "&";
          URI uri = URI.create(location + separator + "digest=" + blob.digest());
          Duration sending = Duration.ofSeconds(blob.size() / MIN_BYTES_PER_SECOND);
          return http.exchangeOnce(
              put(uri, repository, "application/octet-stream", content, sending),
              answer -> published(answer, repository));
        });
  }

  private URI startUpload(ImageReference repository) throws IOException {
    URI start = uri(repository, "blobs/uploads/");
    return http.exchangeOnce(
        RemoteRequest.of("POST", start, push(repository), Map.of()),
        answer -> {
          expectSuccess(answer, "starting an upload to " + repository);
          return answer
              .headers()
              .firstValue("Location")
              .map(answer.uri()::resolve)
              .orElseThrow(() -> noLocation(repository));
        });
  }

  /** Uploads a manifest under the reference's tag and gives its digest. */
  public String pushManifest(ImageReference reference, Manifest manifest) {
    byte[] bytes = OciJson.write(manifest);
    URI uri = uri(reference, "manifests/" + reference.reference());
    http.exchange(
        put(
            uri,
            reference,
            manifest.mediaType(),
            () -> BodyPublishers.ofByteArray(bytes),
            Duration.ZERO),
        answer -> published(answer, reference));
    return Sha256.of(bytes);
  }

  private boolean hasBlob(ImageReference repository, Descriptor blob) {
    URI uri = uri(repository, "blobs/" + blob.digest());
    return http.exchange(
        RemoteRequest.of("HEAD", uri, push(repository), Map.of()),
        answer -> answer.isSuccess() || refuseUnauthorized(answer, "looking into " + repository));
  }

  private static RemoteRequest put(
      URI uri,
      ImageReference reference,
      String mediaType,
      Supplier<BodyPublisher> content,
      Duration sending) {
    return new RemoteRequest(
        "PUT", uri, Map.of("Content-Type", mediaType), push(reference), content, sending);
  }

  private static int published(RemoteAnswer answer, ImageReference reference) throws IOException {
    expectSuccess(answer, "publishing to " + reference);
    return answer.status();
  }

  private static boolean refuseUnauthorized(RemoteAnswer answer, String doing) throws IOException {
    if (answer.status() == 401 || answer.status() == 403) {
      expectSuccess(answer, doing);
    }
    return false;
  }

  private static void expectSuccess(RemoteAnswer answer, String doing) throws IOException {
    if (answer.isSuccess()) {
      return;
    }
    Kind kind =
        switch (answer.status()) {
          case 401, 403 -> Kind.UNAUTHORIZED;
          case 404 -> Kind.NOT_FOUND;
          default -> Kind.REFUSED;
        };
    String fix = kind == Kind.UNAUTHORIZED ? ": check that the credentials permit it" : "";
    throw new RemoteException(kind, doing + ": the registry answered " + answer.describe() + fix);
  }

  private static RemoteException noLocation(ImageReference repository) {
    return new RemoteException(
        Kind.PROTOCOL, "the registry of " + repository + " started an upload without a Location");
  }

  private URI uri(ImageReference reference, String path) {
    String endpoint = reference.endpoint();
    return URI.create(
        http.scheme(endpoint) + "://" + endpoint + "/v2/" + reference.repository() + "/" + path);
  }

  private static String pull(ImageReference reference) {
    return "repository:" + reference.repository() + ":pull";
  }

  private static String push(ImageReference reference) {
    return "repository:" + reference.repository() + ":pull,push";
  }
}
