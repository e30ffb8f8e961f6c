package dev.modelfleet.runtime.probe;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.ProbeRequest;
import dev.modelfleet.artifact.ProbeResult;
import dev.modelfleet.artifact.ProbeResult.GoldenAgreement;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.runtime.Benchmark;
import dev.modelfleet.compression.runtime.Golden;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.runtime.FailureException;
import dev.modelfleet.runtime.Host;
import dev.modelfleet.runtime.PhaseLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Loads a variant as its server will, replays its golden inputs and measures it. */
final class VariantProbe {

  private static final Duration ENERGY_TIME = Duration.ofSeconds(2);
  private static final double MILLI = 1e3;

  private final ProbeRequest request;
  private final Path sys;
  private final PhaseLog log;

  /**
   * A probe that has not begun.
   *
   * @param sys {@code /sys}, where energy is read
   */
  VariantProbe(ProbeRequest request, Path sys, PhaseLog log) {
    this.request = request;
    this.sys = sys;
    this.log = log;
  }

  ProbeResult run() {
    Path directory = directory();
    VariantManifest variant = manifest(directory);
    SessionOptions options =
        new SessionOptions(
            0, variant.target().executionProvider(), SessionOptions.Optimization.ALL, false);
    Path golden = directory.resolve(variant.golden().file());
    try (ModelSession session =
        log.phase(
            "load the model",
            () -> ModelSession.open(directory.resolve(variant.modelFile()), options))) {
      GoldenAgreement agreement =
          log.phase(
              "replay golden inputs",
              () -> Golden.replay(session, golden, variant.golden().minCosine()));
      if (!agreement.agrees()) {
        return disagrees(agreement, variant.golden().minCosine());
      }
      Latency latency = log.phase("measure", () -> measure(session, golden));
      Optional<EnergyMeter> meter = EnergyMeter.find(sys);
      Double energy =
          meter.isEmpty()
              ? null
              : log.phase("measure energy", () -> millijoules(meter.get(), session, golden));
      return measured(agreement, latency, energy);
    }
  }

  private Path directory() {
    if (request.modelDirectory() == null || request.modelDirectory().isBlank()) {
      throw invalid("modelDirectory is missing: give the directory of the variant");
    }
    if (request.iterations() < 1 || request.warmupIterations() < 0) {
      throw invalid(
          "iterations is "
              + request.iterations()
              + " and warmupIterations "
              + request.warmupIterations()
              + ": give at least 1 and 0");
    }
    return Path.of(request.modelDirectory());
  }

  private static VariantManifest manifest(Path directory) {
    Path file = directory.resolve(VariantManifest.FILE);
    try {
      return ContractJson.read(Files.readString(file), VariantManifest.class);
    } catch (IOException | IllegalArgumentException e) {
      throw new FailureException(
          FailureReason.INVALID_MODEL, "cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private Latency measure(ModelSession session, Path goldenFile) {
    try (Dataset golden = Dataset.npz(goldenFile)) {
      return Benchmark.latency(
          session, Golden.inputs(golden), request.warmupIterations(), request.iterations());
    }
  }

  /** Of one inference, over a time in which slow sensors count too. */
  private static Double millijoules(EnergyMeter meter, ModelSession session, Path goldenFile) {
    try (Dataset golden = Dataset.npz(goldenFile)) {
      Dataset inputs = Golden.inputs(golden);
      AtomicInteger count = new AtomicInteger();
      double joules = meter.joules(() -> count.set(Benchmark.repeat(session, inputs, ENERGY_TIME)));
      return joules > 0 ? MILLI * joules / count.get() : null;
    } catch (IOException e) {
      // The latency stands without it.
      return null;
    }
  }

  private static ProbeResult disagrees(GoldenAgreement agreement, double minCosine) {
    String message =
        String.format(
            Locale.ROOT,
            "this device computes something else than the builder: the smallest cosine over %d"
                + " golden inputs is %.5f, below %.5f",
            agreement.samples(),
            agreement.minCosine(),
            minCosine);
    return new ProbeResult(
        FailureReason.GOLDEN_MISMATCH,
        message,
        agreement,
        null,
        0,
        Host.peakMemory(),
        Host.describe());
  }

  private ProbeResult measured(GoldenAgreement agreement, Latency latency, Double energy) {
    long memory = Host.peakMemory();
    return new ProbeResult(
        null,
        ProbeVerdict.describe(latency, memory, gates()),
        agreement,
        latency,
        latency.p50Millis() > 0 ? 1000 / latency.p50Millis() : 0,
        memory,
        energy,
        Host.describe());
  }

  private Gates gates() {
    return request.gates() == null ? new Gates(null, null, null, null) : request.gates();
  }

  private static FailureException invalid(String message) {
    return new FailureException(FailureReason.INVALID_REQUEST, message);
  }
}
