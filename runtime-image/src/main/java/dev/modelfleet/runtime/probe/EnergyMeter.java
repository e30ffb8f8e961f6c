package dev.modelfleet.runtime.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Energy that a device uses, as far as it lets this process read it: the counters of RAPL in
 * powercap (Linux Documentation/power/powercap), else a board's power sensors in hwmon
 * (Documentation/hwmon/sysfs-interface), sampled. Both count the whole package or board, not this
 * process alone.
 */
interface EnergyMeter {

  /** Runs the work and gives the joules used meanwhile. */
  double joules(Runnable work) throws IOException;

  /**
   * What the device offers.
   *
   * @param sys {@code /sys}
   */
  static Optional<EnergyMeter> find(Path sys) {
    List<Path> packages =
        list(sys.resolve("class/powercap")).stream().filter(EnergyMeter::isPackage).toList();
    if (!packages.isEmpty()) {
      return Optional.of(new RaplMeter(packages));
    }
    List<PowerSensor> sensors =
        list(sys.resolve("class/hwmon")).stream().flatMap(PowerSensor::of).toList();
    // A board's input rail is the sum of all others.
    List<PowerSensor> inputs = sensors.stream().filter(PowerSensor::isInput).toList();
    return sensors.isEmpty()
        ? Optional.empty()
        : Optional.of(new SampledMeter(inputs.isEmpty() ? sensors : inputs.subList(0, 1)));
  }

  private static boolean isPackage(Path zone) {
    return text(zone.resolve("name")).startsWith("package")
        && Files.isReadable(zone.resolve("energy_uj"));
  }

  private static List<Path> list(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(directory)) {
      return children.sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** The file's text; empty where it can't be read. */
  static String text(Path file) {
    try {
      return Files.isReadable(file) ? Files.readString(file).strip() : "";
    } catch (IOException e) {
      return "";
    }
  }
}
