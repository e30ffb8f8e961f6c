package dev.modelfleet.compression.dataset;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.tensor.TensorData;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * A folder of images (JPEG, PNG, BMP, GIF) with a file {@value #DESCRIPTION} that says what is done
 * to them and where their labels are; see {@link ImageDescription}.
 */
final class ImageFolder {

  static final String DESCRIPTION = "dataset.yaml";

  private static final long MAX_PIXELS = 100_000_000;

  private ImageFolder() {}

  /**
   * @param description the file {@value #DESCRIPTION}; images are below its folder
   */
  static Dataset read(Path description) throws IOException {
    ImageDescription declared = ImageDescription.read(description);
    Path folder = description.getParent();
    Map<Path, Long> images = images(folder, declared);
    if (images.isEmpty()) {
      throw mismatch(folder + " holds no images (.jpg, .jpeg, .png, .bmp, .gif)");
    }
    ArrayFile values = new ArrayFile(declared.input(), images.size());
    ArrayFile labels = new ArrayFile(Dataset.LABELS, images.size());
    List<ArrayFile> arrays = new ArrayList<>(List.of(values));
    for (Map.Entry<Path, Long> image : images.entrySet()) {
      values.add(image.getKey(), declared.preprocessing().apply(decode(image.getKey())));
      if (image.getValue() != null) {
        labels.add(image.getKey(), TensorData.ofLongs(new long[] {image.getValue()}));
      }
    }
    if (declared.labels() == ImageDescription.Labels.NONE) {
      labels.close();
    } else {
      arrays.add(labels);
    }
    return Dataset.made(folder.toString(), arrays);
  }

  /** Images in the order of their paths, with their classes; null without labels. */
  private static Map<Path, Long> images(Path folder, ImageDescription declared) throws IOException {
    return switch (declared.labels()) {
      case FILE -> LabelFile.read(folder, declared.labelFile());
      case FOLDERS -> byFolder(folder, declared.classes());
      case NONE -> {
        Map<Path, Long> images = new LinkedHashMap<>();
        list(folder).forEach(image -> images.put(image, null));
        yield images;
      }
    };
  }

  private static Map<Path, Long> byFolder(Path folder, List<String> declared) throws IOException {
    List<Path> images = list(folder);
    List<String> classes = declared;
    if (classes.isEmpty()) {
      TreeSet<String> names = new TreeSet<>();
      images.forEach(image -> names.add(className(folder, image)));
      classes = List.copyOf(names);
    }
    Map<Path, Long> labelled = new LinkedHashMap<>();
    for (Path image : images) {
      int index = classes.indexOf(className(folder, image));
      if (index < 0) {
        throw mismatch(
            "%s is in folder %s, which images.classes does not list: %s"
                .formatted(image, className(folder, image), classes));
      }
      labelled.put(image, (long) index);
    }
    return labelled;
  }

  private static String className(Path folder, Path image) {
    return folder.relativize(image).getName(0).toString();
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(
              file -> file.toString().toLowerCase(Locale.ROOT).matches(".*\\.(jpe?g|png|bmp|gif)"))
          .sorted()
          .toList();
    }
  }

  private static BufferedImage decode(Path file) throws IOException {
    try (ImageInputStream stream = ImageIO.createImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
      if (!readers.hasNext()) {
        throw mismatch(file + " is no image that can be read: use JPEG, PNG, BMP or GIF");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(stream, true, true);
        long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
        if (pixels > MAX_PIXELS) {
          throw mismatch(
              "%s has %d pixels, more than the %d that are read"
                  .formatted(file, pixels, MAX_PIXELS));
        }
        return reader.read(0);
      } finally {
        reader.dispose();
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new CompressionException(
          FailureReason.DATASET_MISMATCH, file + " is a damaged image: " + e.getMessage(), e);
    }
  }

  static CompressionException mismatch(String problem) {
    return new CompressionException(FailureReason.DATASET_MISMATCH, "data set: " + problem);
  }
}
