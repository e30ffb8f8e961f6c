package dev.modelfleet.compression.cli;

import dev.modelfleet.artifact.DeviceClass;
import dev.modelfleet.artifact.Precision;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.compression.runtime.Cpu;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The processor and the engine that a variant is for. */
final class TargetOptions {

  private static final Map<String, DeviceClass> PROVIDERS =
      Map.of(
          "cpu", DeviceClass.CPU,
          "cuda", DeviceClass.GPU,
          "tensorrt", DeviceClass.GPU,
          "openvino", DeviceClass.CPU);

  @Option(
      names = "--target-cpu",
      split = ",",
      paramLabel = "FEATURE",
      description =
          "Features of the amd64 processors that the variant is for, as node-feature-discovery names"
              + " them, for instance AVX2,FMA3 or AVX512VNNI; what is not listed is missing. Decides"
              + " how weights are stored and what accuracy is measured (default: this processor's).")
  private List<String> features;

  @Option(
      names = "--target-provider",
      paramLabel = "NAME",
      defaultValue = "CPU",
      description =
          "ONNX Runtime's execution provider that the variant is for: CPU, CUDA, TensorRT or OpenVINO."
              + " Decides which integers are used; here models run on the CPU provider in any case"
              + " (default: CPU).")
  private String provider;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  TargetProfile profile() {
    DeviceClass device = PROVIDERS.get(provider.toLowerCase(Locale.ROOT));
    if (device == null) {
      throw new ParameterException(
          command.commandLine(),
          "--target-provider is %s: give CPU, CUDA, TensorRT or OpenVINO".formatted(provider));
    }
    Cpu here = Cpu.here();
    return new TargetProfile(
        device,
        null,
        features == null ? here.kubernetesArchitecture() : "amd64",
        "ONNXRuntime",
        provider,
        List.of(Precision.values()),
        features == null ? here.features() : given());
  }

  private Set<String> given() {
    Set<String> names = new TreeSet<>();
    features.forEach(name -> names.add(name.strip().toUpperCase(Locale.ROOT).replace("_", "")));
    return names;
  }
}
