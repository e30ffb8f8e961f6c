package dev.modelfleet.compression.dataset;

import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What is done to an image before the model sees it: resize, crop, scale and normalize, in this
 * order.
 *
 * @param height of what the model takes
 * @param width of what the model takes
 * @param resize length of the shorter side after resizing, which keeps proportions; the middle is
 *     cropped then. 0 stretches the image to height and width
 * @param channels order of the colours, or Gray
 * @param layout whether channels come before rows and columns
 * @param type FLOAT, or UINT8 for models that normalize by themselves
 * @param scale what each colour from 0 to 255 is multiplied with
 * @param mean subtracted from each channel after scaling; one value for each
 * @param std what each channel is divided by afterwards; one value for each
 */
record ImagePreprocessing(
    int height,
    int width,
    int resize,
    Channels channels,
    Layout layout,
    ElementType type,
    double scale,
    List<Double> mean,
    List<Double> std) {

  /** Order of the colours. */
  enum Channels {
    RGB,
    BGR,
    GRAY;

    int count() {
      return this == GRAY ? 1 : 3;
    }
  }

  /** Order of the axes of one image. */
  enum Layout {
    NCHW,
    NHWC
  }

  /** An image as the model takes it, without an axis for samples. */
  TensorData apply(BufferedImage image) {
    BufferedImage resized = resized(image);
    int left = (resized.getWidth() - width) / 2;
    int top = (resized.getHeight() - height) / 2;
    int[] pixels = resized.getRGB(left, top, width, height, null, 0, width);
    int count = channels.count();
    ByteBuffer bytes = TensorData.direct((long) type.bits() / 8 * count * pixels.length);
    for (int i = 0; i < count * pixels.length; i++) {
      int pixel = layout == Layout.NCHW ? i % pixels.length : i / count;
      int channel = layout == Layout.NCHW ? i / pixels.length : i % count;
      put(bytes, colour(pixels[pixel], channel), channel);
    }
    long[] shape =
        layout == Layout.NCHW
            ? new long[] {count, height, width}
            : new long[] {height, width, count};
    return TensorData.of(type, shape, bytes.flip());
  }

  private void put(ByteBuffer bytes, double colour, int channel) {
    if (type == ElementType.UINT8) {
      bytes.put((byte) Math.rint(colour));
    } else {
      double value = colour * scale - (mean.isEmpty() ? 0 : mean.get(channel));
      bytes.putFloat((float) (std.isEmpty() ? value : value / std.get(channel)));
    }
  }

  private double colour(int pixel, int channel) {
    int red = pixel >> 16 & 0xff;
    int green = pixel >> 8 & 0xff;
    int blue = pixel & 0xff;
    return switch (channels) {
      case RGB -> channel == 0 ? red : channel == 1 ? green : blue;
      case BGR -> channel == 0 ? blue : channel == 1 ? green : red;
      // Luma of ITU-R BT.601, as image libraries convert to grey.
      case GRAY -> 0.299 * red + 0.587 * green + 0.114 * blue;
    };
  }

  private BufferedImage resized(BufferedImage image) {
    int toWidth = width;
    int toHeight = height;
    if (resize > 0) {
      double factor = (double) resize / Math.min(image.getWidth(), image.getHeight());
      toWidth = Math.max(width, (int) Math.round(image.getWidth() * factor));
      toHeight = Math.max(height, (int) Math.round(image.getHeight() * factor));
    }
    if (toWidth == image.getWidth() && toHeight == image.getHeight()) {
      return image;
    }
    BufferedImage target = new BufferedImage(toWidth, toHeight, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = target.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(image, 0, 0, toWidth, toHeight, null);
    graphics.dispose();
    return target;
  }
}
