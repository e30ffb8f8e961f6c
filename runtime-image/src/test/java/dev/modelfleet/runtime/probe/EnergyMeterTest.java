package dev.modelfleet.runtime.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sensors as Linux shows them in /sys. */
class EnergyMeterTest {

  @TempDir private Path sys;

  @Test
  void countersOfAllPackagesAddUpAndMayWrap() throws IOException {
    zone("intel-rapl:0", "package-0", 900, 1_000);
    zone("intel-rapl:1", "package-1", 100, 1_000);
    zone("intel-rapl:0:0", "core", 0, 1_000);
    EnergyMeter meter = EnergyMeter.find(sys).orElseThrow();
    double joules =
        meter.joules(
            () -> {
              put("intel-rapl:0", 50);
              put("intel-rapl:1", 400);
              put("intel-rapl:0:0", 999);
            });
    assertThat(joules).isEqualTo(450e-6, within(1e-12));
  }

  @Test
  void aBoardsInputRailCountsAlone() throws IOException {
    Path board = Files.createDirectories(sys.resolve("class/hwmon/hwmon3"));
    rail(board, 1, "VDD_IN", 5_000, 2_000);
    rail(board, 2, "VDD_CPU_GPU_CV", 5_000, 1_000);
    EnergyMeter meter = EnergyMeter.find(sys).orElseThrow();
    long start = System.nanoTime();
    double joules = meter.joules(() -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200)));
    double seconds = (System.nanoTime() - start) / 1e9;
    assertThat(joules).isPositive().isLessThanOrEqualTo(10 * seconds);
  }

  @Test
  void whereNothingCanBeReadThereIsNoMeter() throws IOException {
    assertThat(EnergyMeter.find(sys)).isEmpty();
    Files.createDirectories(sys.resolve("class/powercap/intel-rapl:0"));
    Files.createDirectories(sys.resolve("class/hwmon/hwmon0"));
    assertThat(EnergyMeter.find(sys)).isEmpty();
  }

  private void zone(String zone, String name, long energy, long range) throws IOException {
    Path directory = Files.createDirectories(sys.resolve("class/powercap").resolve(zone));
    Files.writeString(directory.resolve("name"), name + "\n");
    Files.writeString(directory.resolve("max_energy_range_uj"), range + "\n");
    put(zone, energy);
  }

  private void put(String zone, long energy) {
    try {
      Files.writeString(
          sys.resolve("class/powercap").resolve(zone).resolve("energy_uj"), energy + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void rail(Path board, int rail, String label, int millivolts, int milliamperes)
      throws IOException {
    Files.writeString(board.resolve("in" + rail + "_label"), label);
    Files.writeString(board.resolve("in" + rail + "_input"), "" + millivolts);
    Files.writeString(board.resolve("curr" + rail + "_input"), "" + milliamperes);
  }
}
