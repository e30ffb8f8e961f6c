package dev.modelfleet.compression.cli;

import dev.modelfleet.artifact.DeviceClass;
import dev.modelfleet.artifact.Precision;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.compression.runtime.Cpu;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Option;

/** The processor that a variant is for. */
final class TargetOptions {

  @Option(
      names = "--target-cpu",
      split = ",",
      paramLabel = "FEATURE",
      description =
          "Features of the amd64 processors that the variant is for, as node-feature-discovery names"
              + " them, for instance AVX2,FMA3 or AVX512VNNI; what is not listed is missing. Decides"
              + " how weights are stored and what accuracy is measured (default: this processor's).")
  private List<String> features;

  TargetProfile profile() {
    Cpu here = Cpu.here();
    return new TargetProfile(
        DeviceClass.CPU,
        null,
        features == null ? here.kubernetesArchitecture() : "amd64",
        "ONNXRuntime",
        "CPU",
        List.of(Precision.values()),
        features == null ? here.features() : given());
  }

  private Set<String> given() {
    Set<String> names = new TreeSet<>();
    features.forEach(name -> names.add(name.strip().toUpperCase(Locale.ROOT).replace("_", "")));
    return names;
  }
}
