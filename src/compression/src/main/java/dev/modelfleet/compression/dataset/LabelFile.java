package dev.modelfleet.compression.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Classes of images, one line an image: its path, then a comma or blanks, then its class. */
final class LabelFile {

  private LabelFile() {}

  /** Images in the order of the file; only those that it lists belong to the data set. */
  static Map<Path, Long> read(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    if (!file.normalize().startsWith(folder.normalize()) || !Files.isRegularFile(file)) {
      throw ImageFolder.mismatch("images.labels names %s, which is not a file".formatted(file));
    }
    Map<Path, Long> images = new LinkedHashMap<>();
    List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        add(images, folder, lines.get(i).strip(), "%s, line %d".formatted(file, i + 1));
      }
    }
    return images;
  }

  private static void add(Map<Path, Long> images, Path folder, String line, String where) {
    String[] parts = line.split("[,\\s]+(?=[^,\\s]+$)");
    Path image = folder.resolve(parts[0]).normalize();
    if (parts.length != 2 || !parts[1].matches("[0-9]{1,9}")) {
      throw ImageFolder.mismatch(
          where + " is \"" + line + "\": write a path and the number of a class");
    }
    if (!image.startsWith(folder.normalize()) || !Files.isRegularFile(image)) {
      throw ImageFolder.mismatch(where + " names " + image + ", which is not a file");
    }
    images.put(image, Long.parseLong(parts[1]));
  }
}
