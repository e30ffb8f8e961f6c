package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.VariantManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A variant's directory as it is mounted.
 *
 * @param directory holds everything
 * @param manifest its {@code variant.json}
 */
public record VariantSource(Path directory, VariantManifest manifest) {

  /**
   * Reads the manifest and checks that the files it names are there.
   *
   * @throws ModelLoadException naming the file that is missing or wrong
   */
  public static VariantSource read(Path directory) throws ModelLoadException {
    Path file = directory.resolve(VariantManifest.FILE);
    VariantManifest manifest;
    try {
      manifest = ContractJson.read(Files.readString(file), VariantManifest.class);
    } catch (IOException e) {
      throw new ModelLoadException(
          "%s can't be read (%s): --model-dir must be a variant's directory"
              .formatted(file, e.getMessage()),
          e);
    } catch (IllegalArgumentException e) {
      throw new ModelLoadException(file + " is " + e.getMessage(), e);
    }
    VariantSource source = new VariantSource(directory, manifest);
    source.check(file);
    return source;
  }

  private void check(Path file) throws ModelLoadException {
    if (!VariantManifest.SCHEMA_VERSION.equals(manifest.schemaVersion())) {
      throw new ModelLoadException(
          "%s has schemaVersion '%s'; this server reads '%s'"
              .formatted(file, manifest.schemaVersion(), VariantManifest.SCHEMA_VERSION));
    }
    inside("modelFile", manifest.modelFile());
    if (manifest.golden() != null) {
      inside("golden.file", manifest.golden().file());
    }
  }

  private void inside(String field, String name) throws ModelLoadException {
    if (name == null || name.isEmpty()) {
      throw new ModelLoadException("variant.json lacks " + field);
    }
    Path path = directory.resolve(name).normalize();
    if (!path.startsWith(directory.normalize()) || !Files.isRegularFile(path)) {
      throw new ModelLoadException(
          "variant.json: %s names '%s', which is no file in %s".formatted(field, name, directory));
    }
  }

  /**
   * A bare model: nothing is known of it but its file, there are no golden inputs.
   *
   * @throws ModelLoadException where the file is not there
   */
  public static VariantSource ofModel(Path directory, String modelFile) throws ModelLoadException {
    if (!Files.isRegularFile(directory.resolve(modelFile))) {
      throw new ModelLoadException(
          "%s has neither %s nor %s".formatted(directory, VariantManifest.FILE, modelFile));
    }
    VariantManifest manifest =
        new VariantManifest(
            VariantManifest.SCHEMA_VERSION,
            "",
            "",
            "original",
            modelFile,
            null,
            null,
            List.of(),
            List.of(),
            null);
    return new VariantSource(directory, manifest);
  }

  /** The execution provider that the variant was built for. */
  String provider() {
    var target = manifest.target();
    return target == null || target.executionProvider() == null
        ? "CPU"
        : target.executionProvider();
  }

  Path modelFile() {
    return directory.resolve(manifest.modelFile());
  }

  Path goldenFile() {
    return directory.resolve(manifest.golden().file());
  }
}
