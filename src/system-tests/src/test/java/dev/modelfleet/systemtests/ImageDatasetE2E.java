package dev.modelfleet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Accuracy is measured on image files, which the builder decodes in its container. */
@WithProduct
class ImageDatasetE2E {

  @Test
  void aVariantIsProvenOnImages(Product product, @TempDir Path files) throws IOException {
    try (Workspace workspace = new Workspace(product, "images")) {
      String model =
          product.push("images/model:1", TinyModel.writeForImages(files.resolve("m.onnx")));
      String data = product.push("images/data:1", writeImages(files, 12).toArray(Path[]::new));
      workspace.applyTinyPolicy("policy", data);
      workspace.applyEdgeTarget("images-edge");
      workspace.applyDeployment("classifier", model, "policy", "images-edge");
      workspace.awaitReady("classifier");
      assertThat(workspace.variants())
          .singleElement()
          .satisfies(
              variant ->
                  assertThat(variant.getStatus().proof().accuracy().samples()).isEqualTo(12));
      workspace.deleteTargets("images-edge");
    }
  }

  /** PNG and JPEG files in turn, larger than the model's input, and what is to be done to them. */
  private static List<Path> writeImages(Path folder, int count) throws IOException {
    List<Path> files = new ArrayList<>();
    files.add(
        Files.writeString(
            folder.resolve("dataset.yaml"),
            """
            images:
              input: pixels
              size: [%1$d, %1$d]
              resize: 12
              channels: Gray
            """
                .formatted(TinyModel.IMAGE_SIDE)));
    Random random = new Random(5);
    for (int i = 0; i < count; i++) {
      BufferedImage image = new BufferedImage(24, 16, BufferedImage.TYPE_INT_RGB);
      for (int x = 0; x < image.getWidth(); x++) {
        for (int y = 0; y < image.getHeight(); y++) {
          image.setRGB(x, y, random.nextInt(0x1000000));
        }
      }
      String type = i % 2 == 0 ? "png" : "jpeg";
      Path file = folder.resolve("image-%02d.%s".formatted(i, type));
      assertThat(ImageIO.write(image, type, file.toFile())).isTrue();
      files.add(file);
    }
    return files;
  }
}
