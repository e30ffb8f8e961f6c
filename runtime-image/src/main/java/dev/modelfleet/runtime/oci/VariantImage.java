package dev.modelfleet.runtime.oci;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.modelfleet.runtime.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * A directory as an OCI image with one uncompressed layer, which Kubernetes mounts as an image
 * volume. Every byte is a function of the files and annotations: times, owners and modes are fixed.
 *
 * <p>The layer is not compressed: weights hardly compress, and nodes unpack it faster.
 */
public final class VariantImage {

  /** Artifact type of a variant's manifest. */
  public static final String ARTIFACT_TYPE = "application/vnd.modelfleet.variant.v1";

  private static final String CONFIG_MEDIA_TYPE = "application/vnd.oci.image.config.v1+json";
  private static final String LAYER_MEDIA_TYPE = "application/vnd.oci.image.layer.v1.tar";
  private static final String CREATED = "1970-01-01T00:00:00Z";
  private static final int FILE_MODE = 0100444;
  private static final int DIRECTORY_MODE = 040555;

  private final Path tar;
  private final byte[] config;
  private final Manifest manifest;

  private VariantImage(Path tar, byte[] config, Manifest manifest) {
    this.tar = tar;
    this.config = config;
    this.manifest = manifest;
  }

  /**
   * Packs a directory.
   *
   * @param directory its files go to the root of the image
   * @param architecture CPU architecture as in {@code kubernetes.io/arch}
   * @param annotations of the manifest, besides the time of creation
   * @param tar file to write the layer to
   */
  public static VariantImage pack(
      Path directory, String architecture, Map<String, String> annotations, Path tar)
      throws IOException {
    Sha256 sha256 = new Sha256();
    try (OutputStream out = sha256.tee(Files.newOutputStream(tar))) {
      writeTar(directory, out);
    }
    Descriptor layer = new Descriptor(LAYER_MEDIA_TYPE, sha256.value(), Files.size(tar), Map.of());
    byte[] config = OciJson.write(Config.of(architecture, layer.digest()));
    Descriptor configDescriptor =
        new Descriptor(CONFIG_MEDIA_TYPE, Sha256.of(config), config.length, Map.of());
    Manifest manifest =
        new Manifest(
            2,
            Manifest.MEDIA_TYPE,
            ARTIFACT_TYPE,
            configDescriptor,
            List.of(layer),
            withCreated(annotations));
    return new VariantImage(tar, config, manifest);
  }

  /**
   * Pushes it under the reference's tag.
   *
   * @return digest of the manifest
   */
  public String push(RegistryClient registry, ImageReference reference) {
    registry.pushBlob(reference, manifest.layers().getFirst(), () -> ArtifactPusher.content(tar));
    registry.pushBlob(reference, manifest.config(), () -> BodyPublishers.ofByteArray(config));
    return registry.pushManifest(reference, manifest);
  }

  private static Map<String, String> withCreated(Map<String, String> annotations) {
    Map<String, String> all = new TreeMap<>(annotations);
    all.put("org.opencontainers.image.created", CREATED);
    return all;
  }

  private static void writeTar(Path directory, OutputStream out) throws IOException {
    try (Stream<Path> walk = Files.walk(directory);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      List<Path> paths = walk.filter(path -> !path.equals(directory)).sorted().toList();
      for (Path path : paths) {
        writeEntry(tar, directory.relativize(path).toString(), path);
      }
      tar.finish();
    }
  }

  private static void writeEntry(TarArchiveOutputStream tar, String name, Path path)
      throws IOException {
    boolean isDirectory = Files.isDirectory(path);
    TarArchiveEntry entry = new TarArchiveEntry(isDirectory ? name + "/" : name);
    entry.setModTime(0);
    entry.setIds(0, 0);
    entry.setNames("", "");
    entry.setMode(isDirectory ? DIRECTORY_MODE : FILE_MODE);
    entry.setSize(isDirectory ? 0 : Files.size(path));
    tar.putArchiveEntry(entry);
    if (!isDirectory) {
      Files.copy(path, tar);
    }
    tar.closeArchiveEntry();
  }

  /** The image configuration, without which container runtimes do not unpack an image. */
  @JsonPropertyOrder({"created", "architecture", "os", "config", "rootfs", "history"})
  record Config(
      String created,
      String architecture,
      String os,
      Map<String, String> config,
      RootFs rootfs,
      List<History> history) {

    record RootFs(String type, @JsonProperty("diff_ids") List<String> diffIds) {}

    record History(String created, @JsonProperty("created_by") String createdBy) {}

    static Config of(String architecture, String diffId) {
      return new Config(
          CREATED,
          architecture,
          "linux",
          Map.of(),
          new RootFs("layers", List.of(diffId)),
          List.of(new History(CREATED, "modelfleet build")));
    }
  }
}
