package dev.modelfleet.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The machine that this process runs on. */
public final class Host {

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Path STATUS = Path.of("/proc/self/status");

  private Host() {}

  /** CPU model, number of processors that this process may use, operating system. */
  public static String describe() {
    String architecture = System.getProperty("os.arch");
    String cpu = field(CPU_INFO, "model name").orElse(architecture + " processor");
    return "%s, %d threads, %s %s"
        .formatted(
            cpu,
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name"),
            architecture);
  }

  /** Largest resident memory of this process so far, bytes; 0 where the system does not tell. */
  public static long peakMemory() {
    return field(STATUS, "VmHWM")
        .map(value -> Long.parseLong(value.replaceFirst(" kB$", "").strip()) * 1024)
        .orElse(0L);
  }

  private static Optional<String> field(Path file, String name) {
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
