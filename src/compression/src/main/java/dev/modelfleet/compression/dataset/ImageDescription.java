package dev.modelfleet.compression.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.dataset.ImagePreprocessing.Channels;
import dev.modelfleet.compression.dataset.ImagePreprocessing.Layout;
import dev.modelfleet.compression.tensor.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The file {@code dataset.yaml} of a folder of images:
 *
 * <pre>{@code
 * images:
 *   input: pixel_values       # the model's input
 *   size: [224, 224]          # height and width that the model takes
 *   resize: 256               # shorter side before the middle is cropped; stretched where absent
 *   channels: RGB             # RGB, BGR or Gray
 *   layout: NCHW              # NCHW or NHWC
 *   type: FP32                # FP32 or UINT8
 *   scale: 0.00392156862745   # 1/255 where absent
 *   mean: [0.485, 0.456, 0.406]
 *   std: [0.229, 0.224, 0.225]
 *   labels: Folders           # Folders, None, or the name of a file of lines "path,class"
 *   classes: [cat, dog]       # folders in the order of the model's classes; else alphabetical
 * }</pre>
 *
 * @param input name of the model's input
 * @param preprocessing what is done to each image
 * @param labels where classes come from
 * @param labelFile with FILE its name
 * @param classes with FOLDERS their names in order; empty for alphabetical
 */
record ImageDescription(
    String input,
    ImagePreprocessing preprocessing,
    Labels labels,
    String labelFile,
    List<String> classes) {

  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /** Where classes come from. */
  enum Labels {
    NONE,
    FOLDERS,
    FILE
  }

  private record Document(Images images) {}

  private record Images(
      String input,
      List<Integer> size,
      Integer resize,
      String channels,
      String layout,
      String type,
      Double scale,
      List<Double> mean,
      List<Double> std,
      String labels,
      List<String> classes) {}

  static ImageDescription read(Path file) throws IOException {
    Images images;
    try {
      images = YAML.readValue(Files.readString(file), Document.class).images();
    } catch (JsonProcessingException e) {
      throw ImageFolder.mismatch(file + ": " + e.getOriginalMessage());
    }
    if (images == null || images.input() == null || images.size() == null) {
      throw ImageFolder.mismatch(file + " must say images.input and images.size: [height, width]");
    }
    if (images.size().size() != 2 || images.size().stream().anyMatch(s -> s < 1 || s > 16_384)) {
      throw wrong(file, "size", images.size(), "[height, width]");
    }
    return of(file, images);
  }

  private static ImageDescription of(Path file, Images images) {
    String labels = images.labels() == null ? "None" : images.labels();
    Labels kind =
        switch (labels) {
          case "None" -> Labels.NONE;
          case "Folders" -> Labels.FOLDERS;
          default -> Labels.FILE;
        };
    return new ImageDescription(
        images.input(),
        preprocessing(file, images),
        kind,
        labels,
        images.classes() == null ? List.of() : images.classes());
  }

  private static ImagePreprocessing preprocessing(Path file, Images images) {
    Channels channels = choice(file, "channels", images.channels(), Channels.RGB, Channels.class);
    String type = images.type() == null ? "FP32" : images.type();
    if (!type.equals("FP32") && !type.equals("UINT8")) {
      throw wrong(file, "type", type, "FP32 or UINT8");
    }
    boolean bytes = type.equals("UINT8");
    if (bytes && (images.scale() != null || images.mean() != null || images.std() != null)) {
      throw ImageFolder.mismatch(
          file + " sets scale, mean or std, which type UINT8 has no room for: remove them");
    }
    int resize = images.resize() == null ? 0 : images.resize();
    int shorter = Math.min(images.size().get(0), images.size().get(1));
    if (resize != 0 && (resize < shorter || resize > 16_384)) {
      throw wrong(file, "resize", resize, shorter + " or more, as size is " + images.size());
    }
    return new ImagePreprocessing(
        images.size().get(0),
        images.size().get(1),
        resize,
        channels,
        choice(file, "layout", images.layout(), Layout.NCHW, Layout.class),
        bytes ? ElementType.UINT8 : ElementType.FLOAT,
        images.scale() == null ? 1 / 255.0 : images.scale(),
        perChannel(file, "mean", images.mean(), channels),
        perChannel(file, "std", images.std(), channels));
  }

  private static List<Double> perChannel(
      Path file, String field, List<Double> values, Channels channels) {
    if (values == null) {
      return List.of();
    }
    if (values.size() != channels.count() || (field.equals("std") && values.contains(0.0))) {
      throw wrong(file, field, values, channels.count() + " numbers, for std other than 0");
    }
    return values;
  }

  private static <T extends Enum<T>> T choice(
      Path file, String field, String value, T otherwise, Class<T> type) {
    if (value == null) {
      return otherwise;
    }
    try {
      return Enum.valueOf(type, value.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw wrong(file, field, value, "one of " + List.of(type.getEnumConstants()));
    }
  }

  private static CompressionException wrong(Path file, String field, Object value, String fix) {
    return ImageFolder.mismatch("%s: images.%s is %s: give %s".formatted(file, field, value, fix));
  }
}
