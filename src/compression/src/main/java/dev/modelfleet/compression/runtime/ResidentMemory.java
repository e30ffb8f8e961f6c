package dev.modelfleet.compression.runtime;

import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.tensor.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Resident memory that a model costs: by how much loading and running it raises the peak of a
 * process of its own, because a process that ran other models keeps what they left behind.
 */
public final class ResidentMemory {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int RUNS = 8;
  private static final long MINUTES = 5;

  private ResidentMemory() {}

  /**
   * Measures a model.
   *
   * @param model path of the model file
   * @param data samples to run, in a form that {@link Dataset#open} reads
   * @return bytes; empty where the system does not tell
   */
  public static OptionalLong of(Path model, Path data, int threads) {
    Optional<String> java = ProcessHandle.current().info().command();
    if (!Files.isReadable(STATUS) || java.isEmpty()) {
      return OptionalLong.empty();
    }
    List<String> command =
        List.of(
            java.get(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            ResidentMemory.class.getName(),
            model.toString(),
            data.toString(),
            Integer.toString(threads));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES) && process.exitValue() == 0;
      return ended ? OptionalLong.of(Long.parseLong(output.strip())) : OptionalLong.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a process to measure memory in", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return OptionalLong.empty();
    }
  }

  /** The process that is measured: prints by how many bytes the model raises its peak. */
  public static void main(String[] arguments) {
    Path model = Path.of(arguments[0]);
    try (Dataset data = Dataset.open(Path.of(arguments[1]))) {
      ModelSession.environment();
      long before = kilobytes("VmRSS");
      try (ModelSession session =
          ModelSession.open(model, SessionOptions.cpu(Integer.parseInt(arguments[2])))) {
        int samples = data.samples(session.inputs());
        for (int i = 0; i < RUNS; i++) {
          Map<String, TensorData> sample = data.sample(i % samples, session.inputs());
          session.run(sample);
        }
        System.out.println((kilobytes("VmHWM") - before) * 1024);
      }
    }
  }

  private static long kilobytes(String field) {
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(field))
          .map(line -> line.replaceAll("[^0-9]", ""))
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
