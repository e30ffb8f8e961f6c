package dev.modelfleet.testclusters;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Pushes an OCI artifact of one tar layer with one file, by the distribution protocol itself. */
final class OciPush implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final String registry;

  /** Pushes to {@code registry}, {@code host:port}, over plain HTTP. */
  OciPush(String registry) {
    this.registry = registry;
  }

  /** Pushes {@code repository:tag} and returns the digest of its manifest. */
  String push(String repository, String tag, String file, String content)
      throws IOException, InterruptedException {
    byte[] layer = tar(file, content.getBytes(StandardCharsets.UTF_8));
    byte[] config =
        """
        {"architecture":"amd64","os":"linux","config":{},\
        "rootfs":{"type":"layers","diff_ids":["%s"]}}"""
            .formatted(digest(layer))
            .getBytes(StandardCharsets.UTF_8);
    blob(repository, layer);
    blob(repository, config);
    byte[] manifest =
        """
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
        "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%d},
        "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"%s","size":%d}]}"""
            .formatted(digest(config), config.length, digest(layer), layer.length)
            .getBytes(StandardCharsets.UTF_8);
    send(
        request("/v2/%s/manifests/%s".formatted(repository, tag))
            .header("Content-Type", "application/vnd.oci.image.manifest.v1+json")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(manifest)),
        201);
    return digest(manifest);
  }

  /** Deletes a manifest. */
  void delete(String repository, String digest) throws IOException, InterruptedException {
    send(request("/v2/%s/manifests/%s".formatted(repository, digest)).DELETE(), 202);
  }

  private void blob(String repository, byte[] content) throws IOException, InterruptedException {
    HttpResponse<String> begun =
        send(
            request("/v2/%s/blobs/uploads/".formatted(repository))
                .POST(HttpRequest.BodyPublishers.noBody()),
            202);
    String location = begun.headers().firstValue("Location").orElseThrow();
    String separator = location.contains("?") ? "&" : "?";
    URI upload = URI.create(location + separator + "digest=" + digest(content));
    send(
        HttpRequest.newBuilder(URI.create("http://" + registry).resolve(upload))
            .header("Content-Type", "application/octet-stream")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(content)),
        201);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + registry + path));
  }

  private HttpResponse<String> send(HttpRequest.Builder request, int expected)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != expected) {
      throw new IOException(response + ": " + response.body());
    }
    return response;
  }

  /** A tar archive in the ustar format. */
  private static byte[] tar(String name, byte[] content) throws IOException {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 100, "0000644");
    put(header, 108, "0000000");
    put(header, 116, "0000000");
    put(header, 124, "%011o".formatted(content.length));
    put(header, 136, "00000000000");
    put(header, 148, "        ");
    put(header, 156, "0");
    put(header, 257, "ustar");
    put(header, 263, "00");
    int sum = 0;
    for (byte value : header) {
      sum += value & 0xff;
    }
    put(header, 148, "%06o\0 ".formatted(sum));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(header);
    out.write(content);
    out.write(new byte[(512 - content.length % 512) % 512 + 1024]);
    return out.toByteArray();
  }

  private static void put(byte[] header, int offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, offset, bytes.length);
  }

  private static String digest(byte[] content) {
    try {
      return "sha256:"
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
