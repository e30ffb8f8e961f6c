package dev.modelfleet.runtime.serve.model;

import ai.onnxruntime.OrtException;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import java.util.List;

/**
 * A loaded model that has replayed its variant's golden inputs, with the number of threads that
 * suits it.
 *
 * @param model warm
 * @param golden agrees
 * @param threads that compute one inference of it
 */
record ProvenEngine(OrtModel model, GoldenAgreement golden, ThreadChoice threads) {

  private static final String CPU = "cpu";

  /**
   * Loads and proves a model; where the number of threads is to be measured, with several and with
   * one in turn, so that no more than one is in memory.
   *
   * @param before how many threads served what it takes the place of; null where nothing did
   * @throws ModelLoadException where it can't be loaded or does not agree; nothing stays loaded
   */
  static ProvenEngine load(String name, Origin origin, ThreadChoice before)
      throws ModelLoadException {
    ServingOptions options = origin.options();
    EngineOptions engine = options.engine();
    int threads = engine.threads();
    if (!engine.measure()) {
      return prove(name, origin, options, ThreadChoice.given(threads, "as the options say"));
    }
    if (before != null) {
      return prove(name, origin, withThreads(options, before.threads()), before);
    }
    ThreadChoice open = ThreadChoice.given(threads, unmeasured(origin));
    ProvenEngine shared = prove(name, origin, options, open);
    if (!open.reason().isEmpty() || !shared.isOnCpu()) {
      return shared;
    }
    Pace pace = shared.paceOrClose(origin);
    if (!ThreadChoice.isOpen(pace)) {
      return shared.with(ThreadChoice.forLong(threads, pace));
    }
    shared.model.close();
    return loadBest(name, origin, pace);
  }

  private static ProvenEngine loadBest(String name, Origin origin, Pace shared)
      throws ModelLoadException {
    ServingOptions options = origin.options();
    int threads = options.engine().threads();
    ServingOptions one = withThreads(options, 1).withoutLatencyBudget();
    ProvenEngine single = prove(name, origin, one, ThreadChoice.given(1, ""));
    Pace pace = single.paceOrClose(origin);
    ThreadChoice choice = ThreadChoice.between(threads, shared, pace, options.maxLatencyMillis());
    if (choice.threads() == 1) {
      return single.with(choice);
    }
    single.model.close();
    return prove(name, origin, options, choice);
  }

  /** Why nothing can be measured; empty where it can. */
  private static String unmeasured(Origin origin) {
    ServingOptions options = origin.options();
    if (options.engine().threads() == 1) {
      return "there is one CPU";
    }
    if (options.batching().isOn()) {
      return "requests are joined";
    }
    return origin.source().manifest().golden() == null
        ? "not measured: there are no golden inputs"
        : "";
  }

  private static ServingOptions withThreads(ServingOptions options, int threads) {
    return options.withEngine(options.engine().withThreads(threads));
  }

  private static ProvenEngine prove(
      String name, Origin origin, ServingOptions options, ThreadChoice threads)
      throws ModelLoadException {
    VariantSource source = origin.source();
    OrtModel model = OrtModel.load(source.modelFile(), options.engine().forVariant(source));
    boolean proven = false;
    try {
      ModelCheck.check(model, origin);
      GoldenAgreement golden = replay(model, source, options);
      if (!golden.agrees()) {
        throw new ModelLoadException("model '" + name + "': " + golden.summary(), golden);
      }
      proven = true;
      return new ProvenEngine(model, golden, threads);
    } finally {
      if (!proven) {
        model.close();
      }
    }
  }

  private static GoldenAgreement replay(
      OrtModel model, VariantSource source, ServingOptions options) throws ModelLoadException {
    if (source.manifest().golden() == null) {
      return GoldenAgreement.NONE;
    }
    double minCosine = source.manifest().golden().minCosine();
    try (GoldenSamples samples = GoldenSamples.open(source, model)) {
      return GoldenReplay.replay(model, samples, minCosine, options);
    } catch (CompressionException | IllegalArgumentException | ProtocolException e) {
      throw new ModelLoadException(
          "golden inputs %s do not fit the model: %s"
              .formatted(source.goldenFile(), e.getMessage()),
          e);
    } catch (OrtException e) {
      throw failsOnGolden(e);
    }
  }

  private static ModelLoadException failsOnGolden(OrtException e) {
    return new ModelLoadException("the model fails on its golden inputs: " + OrtErrors.text(e), e);
  }

  private boolean isOnCpu() {
    return ExecutionProviders.shortName(model.provider()).equals(CPU);
  }

  private ProvenEngine with(ThreadChoice choice) {
    return new ProvenEngine(model, golden, choice);
  }

  private Pace paceOrClose(Origin origin) throws ModelLoadException {
    boolean measured = false;
    try (GoldenSamples samples = GoldenSamples.open(origin.source(), model)) {
      List<List<Tensor>> inputs = samples.allInputs();
      Pace pace =
          Pace.measure(model, inputs, samples.recordedNames(), origin.options().instances());
      inputs.forEach(sample -> sample.forEach(Tensor::release));
      measured = true;
      return pace;
    } catch (OrtException e) {
      throw failsOnGolden(e);
    } finally {
      if (!measured) {
        model.close();
      }
    }
  }
}
