package dev.modelfleet.runtime.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One rail of a board: its power in microwatts, or voltage in millivolts and current in
 * milliamperes.
 *
 * @param label of the rail; empty where it has none
 * @param power file; null where voltage and current are measured
 * @param voltage file; null where power is
 * @param current file; null where power is
 */
record PowerSensor(String label, Path power, Path voltage, Path current) {

  private static final int MOST_RAILS = 8;
  private static final double MICRO = 1e-6;

  /** Rails of one hwmon device. */
  static Stream<PowerSensor> of(Path device) {
    return IntStream.rangeClosed(1, MOST_RAILS).boxed().flatMap(rail -> of(device, rail));
  }

  private static Stream<PowerSensor> of(Path device, int rail) {
    Path power = device.resolve("power" + rail + "_input");
    if (Files.isReadable(power)) {
      String label = EnergyMeter.text(device.resolve("power" + rail + "_label"));
      return Stream.of(new PowerSensor(label, power, null, null));
    }
    Path voltage = device.resolve("in" + rail + "_input");
    Path current = device.resolve("curr" + rail + "_input");
    if (Files.isReadable(voltage) && Files.isReadable(current)) {
      String label = EnergyMeter.text(device.resolve("in" + rail + "_label"));
      return Stream.of(new PowerSensor(label, null, voltage, current));
    }
    return Stream.empty();
  }

  /** Whether it is the rail that feeds the whole board, as NVIDIA labels it on Jetson. */
  boolean isInput() {
    return label.equals("VDD_IN");
  }

  /** Watts at the moment. */
  double watts() throws IOException {
    return power != null ? read(power) * MICRO : read(voltage) * read(current) * MICRO;
  }

  private static double read(Path file) throws IOException {
    return Double.parseDouble(Files.readString(file).strip());
  }
}
