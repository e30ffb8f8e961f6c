package dev.modelfleet.runtime.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux tells of this process; elsewhere every figure is 0. */
final class ProcessFacts {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path STAT = Path.of("/proc/self/stat");
  private static final Path UPTIME = Path.of("/proc/uptime");
  private static final String RESIDENT = "VmRSS:";
  private static final long KIB = 1024;
  private static final int START_FIELD_AFTER_NAME = 19;

  /** Clock ticks of /proc in a second: 100 on every architecture that Linux runs Java on. */
  private static final double TICKS_PER_SECOND = 100;

  private ProcessFacts() {}

  /** Resident memory. */
  static long residentBytes() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(RESIDENT)) {
          return Long.parseLong(line.replaceAll("\\D", "")) * KIB;
        }
      }
      return 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /**
   * Time since the process was started, to 10 ms. {@link ProcessHandle.Info#startInstant} is wrong
   * by up to a second: it adds to a boot time in whole seconds.
   */
  static double secondsSinceStart() {
    try {
      String stat = Files.readString(STAT);
      String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      double started = Long.parseLong(afterName[START_FIELD_AFTER_NAME]) / TICKS_PER_SECOND;
      String uptime = Files.readString(UPTIME);
      return Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) - started;
    } catch (IOException e) {
      return 0;
    }
  }
}
