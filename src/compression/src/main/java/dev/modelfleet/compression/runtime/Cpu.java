package dev.modelfleet.compression.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Instructions of the processor that this process runs on.
 *
 * @param model as Linux names it, or the architecture
 * @param architecture as {@code os.arch} says it
 * @param flags as Linux lists them; empty where the system does not tell
 */
public record Cpu(String model, String architecture, Set<String> flags) {

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  public Cpu {
    flags = Set.copyOf(flags);
  }

  /** The processor here. */
  public static Cpu here() {
    String architecture = System.getProperty("os.arch");
    return new Cpu(
        field("model name").orElse(architecture + " processor"),
        architecture,
        field("flags")
            .or(() -> field("Features"))
            .map(line -> Set.copyOf(List.of(line.split("\\s+"))))
            .orElse(Set.of()));
  }

  private static Optional<String> field(String name) {
    if (!Files.isReadable(CPU_INFO)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + CPU_INFO, e);
    }
  }

  /** The architecture as Kubernetes names it. */
  public String kubernetesArchitecture() {
    return architecture.equals("aarch64") ? "arm64" : architecture;
  }

  /** The flags as node-feature-discovery names them: AVX512VNNI for avx512_vnni. */
  public Set<String> features() {
    return flags.stream()
        .map(flag -> flag.replace("_", "").toUpperCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Whether sums of 8-bit products are known to saturate at 16 bits; see {@link
   * dev.modelfleet.artifact.TargetProfile#saturatesIntegerSums}.
   */
  public boolean saturates() {
    return architecture.equals("amd64") && lacksIntegerDotProduct();
  }

  /** Whether 8-bit products are known to lack the instructions that make them fast. */
  public boolean lacksIntegerDotProduct() {
    if (flags.isEmpty()) {
      return false;
    }
    return architecture.equals("amd64")
        ? !flags.contains("avx512_vnni") && !flags.contains("avx_vnni")
        : architecture.equals("aarch64") && !flags.contains("asimddp");
  }
}
