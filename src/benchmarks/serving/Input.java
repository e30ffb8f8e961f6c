import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * An input with its values.
 *
 * @param datatype INT64 or FP32
 * @param data little-endian, direct, not to be moved
 */
record Input(String name, String datatype, long[] shape, ByteBuffer data) {

  /**
   * Reads {@code NAME:DATATYPE:1x16:VALUES,…}; VALUES is ones, zeros or spread: token numbers, or
   * fractions between 0 and 1.
   */
  static List<Input> parseAll(String text) {
    return Arrays.stream(text.split(",")).map(Input::parse).toList();
  }

  private static Input parse(String text) {
    String[] parts = text.split(":");
    long[] shape = Arrays.stream(parts[2].split("x")).mapToLong(Long::parseLong).toArray();
    int elements = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    boolean whole = parts[1].equals("INT64");
    ByteBuffer data =
        ByteBuffer.allocateDirect(elements * (whole ? Long.BYTES : Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < elements; i++) {
      long value = value(parts[3], i);
      if (whole) {
        data.putLong(value);
      } else {
        data.putFloat(value / 20_000f);
      }
    }
    return new Input(parts[0], parts[1], shape, data.flip());
  }

  private static long value(String values, int index) {
    return switch (values) {
      case "ones" -> 1;
      case "zeros" -> 0;
      case "spread" -> 1000 + index * 7919L % 19_000;
      default -> throw new IllegalArgumentException("no such values: " + values);
    };
  }

  String jsonShape() {
    return Arrays.toString(shape);
  }

  String jsonData() {
    LongStream positions = LongStream.range(0, data.limit() / (datatype.equals("INT64") ? 8 : 4));
    return positions
        .mapToObj(
            i ->
                datatype.equals("INT64")
                    ? Long.toString(data.getLong((int) i * 8))
                    : Float.toString(data.getFloat((int) i * 4)))
        .collect(Collectors.joining(",", "[", "]"));
  }
}
