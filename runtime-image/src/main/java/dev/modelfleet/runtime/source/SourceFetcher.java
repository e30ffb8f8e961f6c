package dev.modelfleet.runtime.source;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Source;
import dev.modelfleet.runtime.FailureException;
import dev.modelfleet.runtime.RemoteFailures;
import dev.modelfleet.runtime.Sha256;
import dev.modelfleet.runtime.oci.ArtifactPuller;
import dev.modelfleet.runtime.oci.ImageReference;
import dev.modelfleet.runtime.oci.PulledManifest;
import dev.modelfleet.runtime.oci.RegistryClient;
import dev.modelfleet.runtime.oci.SafeTar;
import dev.modelfleet.runtime.oci.UnpackLimits;
import dev.modelfleet.runtime.remote.Download;
import dev.modelfleet.runtime.remote.RemoteAnswer;
import dev.modelfleet.runtime.remote.RemoteException;
import dev.modelfleet.runtime.remote.RemoteException.Kind;
import dev.modelfleet.runtime.remote.RemoteHttp;
import dev.modelfleet.runtime.remote.RemoteRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Fetches models and data sets: {@code oci://} artifacts, {@code https://} files ({@code http://}
 * from hosts that are listed), and {@code file://} files or directories. Archives ({@code .tar},
 * {@code .tar.gz}, {@code .tgz}) are unpacked. Whatever is pinned is checked before it is used.
 */
public final class SourceFetcher {

  private final RemoteHttp http;
  private final UnpackLimits limits;

  /** Fetches over {@code http} within {@code limits}. */
  public SourceFetcher(RemoteHttp http, UnpackLimits limits) {
    this.http = http;
    this.limits = limits;
  }

  /**
   * Fetches a source.
   *
   * @param field of the request that names the source, for messages
   * @param directory to write to; nothing is copied from {@code file://}
   * @throws FailureException with the URI, what is wrong with it and how to fix it
   */
  public FetchedFiles fetch(String field, Source source, Path directory) {
    URI uri = uri(field, source);
    checkDigestForm(field, source);
    try {
      return switch (String.valueOf(uri.getScheme())) {
        case "oci" -> fetchOci(source, directory);
        case "https" -> fetchHttp(source, uri, directory);
        case "http" -> fetchHttp(source, plainHttp(field, uri), directory);
        case "file" -> openFile(source, uri, directory);
        default ->
            throw invalid(
                field, source, "its scheme is not supported: use oci://, https:// or file://");
      };
    } catch (RemoteException e) {
      throw RemoteFailures.whileFetching(source.uri(), e);
    }
  }

  private FetchedFiles fetchOci(Source source, Path directory) {
    RegistryClient registry = new RegistryClient(http);
    ImageReference reference = reference(source);
    if (source.digest() != null) {
      reference = reference.with(source.digest());
    }
    PulledManifest pulled = registry.manifest(reference);
    new ArtifactPuller(registry, limits).pull(pulled, directory);
    return new FetchedFiles(new Source(source.uri(), pulled.digest()), directory);
  }

  private static ImageReference reference(Source source) {
    try {
      return ImageReference.parse(source.uri());
    } catch (IllegalArgumentException e) {
      throw new FailureException(FailureReason.INVALID_REQUEST, e.getMessage(), e);
    }
  }

  private FetchedFiles fetchHttp(Source source, URI uri, Path directory) {
    Path file = directory.resolve("download").resolve(fileName(uri));
    http.exchange(
        RemoteRequest.of("GET", uri, "", Map.of()),
        answer -> {
          expectFile(uri, answer);
          long length = answer.headers().firstValueAsLong("Content-Length").orElse(-1);
          return Download.toFile(
              answer.body(), file, limits.bytes(), () -> expectLength(file, length));
        });
    return checkedFile(source, file, directory.resolve("content"));
  }

  private static void expectFile(URI uri, RemoteAnswer answer) throws IOException {
    Kind kind =
        switch (answer.status()) {
          case 200 -> null;
          case 401, 403 -> Kind.UNAUTHORIZED;
          case 404, 410 -> Kind.NOT_FOUND;
          default -> Kind.REFUSED;
        };
    if (kind != null) {
      throw new RemoteException(kind, uri.getAuthority() + " answered " + answer.describe());
    }
  }

  private static void expectLength(Path file, long length) throws IOException {
    if (length >= 0 && Files.size(file) != length) {
      throw new IOException("got " + Files.size(file) + " of " + length + " bytes");
    }
  }

  private FetchedFiles openFile(Source source, URI uri, Path directory) {
    Path path = Path.of(uri.getPath()).toAbsolutePath().normalize();
    if (!Files.exists(path)) {
      throw new FailureException(
          FailureReason.SOURCE_NOT_FOUND,
          source.uri() + " does not exist: check the path and that its volume is mounted");
    }
    if (Files.isRegularFile(path)) {
      return checkedFile(source, path, directory.resolve("content"));
    }
    if (source.digest() != null) {
      throw new FailureException(
          FailureReason.INVALID_REQUEST,
          source.uri() + " is a directory and has no digest: name one file, or remove the digest");
    }
    return new FetchedFiles(source, path);
  }

  private FetchedFiles checkedFile(Source source, Path file, Path unpacked) {
    try {
      String digest = Sha256.of(file);
      if (source.digest() != null && !source.digest().equals(digest)) {
        throw new FailureException(
            FailureReason.DIGEST_MISMATCH,
            source.uri()
                + " has the digest "
                + digest
                + ", not "
                + source.digest()
                + ": it changed since it was pinned");
      }
      Source pinned = new Source(source.uri(), digest);
      if (!file.getFileName().toString().matches(".*\\.(tar|tar\\.gz|tgz)")) {
        return new FetchedFiles(pinned, file);
      }
      new SafeTar(unpacked, limits).unpack(file, source.uri());
      return new FetchedFiles(pinned, unpacked);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + source.uri() + ": " + e.getMessage(), e);
    }
  }

  private URI plainHttp(String field, URI uri) {
    if (!http.scheme(uri.getAuthority()).equals("http")) {
      throw invalid(
          field,
          new Source(uri.toString(), null),
          "plain HTTP is spoken only to hosts that are listed: use https:// or list "
              + uri.getAuthority()
              + " among the plain-HTTP registries");
    }
    return uri;
  }

  private static String fileName(URI uri) {
    String path = uri.getPath() == null ? "" : uri.getPath();
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,200}") ? name : "file";
  }

  private static URI uri(String field, Source source) {
    try {
      URI uri = new URI(source.uri());
      if (uri.getUserInfo() != null) {
        throw invalid(
            field,
            new Source(source.uri().replaceFirst("//[^@]*@", "//…@"), null),
            "credentials do not belong into a URI: use a pull secret");
      }
      boolean needsHost = !"file".equals(uri.getScheme());
      if (needsHost && uri.getAuthority() == null) {
        throw invalid(field, source, "it names no host: write oci://host/repository:tag");
      }
      return uri;
    } catch (URISyntaxException e) {
      throw invalid(field, source, "it is not a URI (" + e.getMessage() + ")");
    }
  }

  private static void checkDigestForm(String field, Source source) {
    if (source.digest() != null && !Sha256.isDigest(source.digest())) {
      throw new FailureException(
          FailureReason.INVALID_REQUEST,
          field
              + ".digest is \""
              + source.digest()
              + "\": write sha256: and 64 hexadecimal digits");
    }
  }

  private static FailureException invalid(String field, Source source, String why) {
    return new FailureException(
        FailureReason.INVALID_REQUEST, field + ".uri is \"" + source.uri() + "\": " + why);
  }
}
