package dev.modelfleet.runtime.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Energy counters of CPU packages, in microjoules; each starts anew after its range.
 *
 * @param zones of powercap, one a package
 */
record RaplMeter(List<Path> zones) implements EnergyMeter {

  private static final double MICRO = 1e-6;

  @Override
  public double joules(Runnable work) throws IOException {
    long[] before = new long[zones.size()];
    for (int i = 0; i < before.length; i++) {
      before[i] = read(zones.get(i), "energy_uj");
    }
    work.run();
    double micros = 0;
    for (int i = 0; i < before.length; i++) {
      long used = read(zones.get(i), "energy_uj") - before[i];
      micros += used >= 0 ? used : used + read(zones.get(i), "max_energy_range_uj");
    }
    return micros * MICRO;
  }

  private static long read(Path zone, String file) throws IOException {
    return Long.parseLong(Files.readString(zone.resolve(file)).strip());
  }
}
