package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.ServingState;

/**
 * A version of a model and what serves under it at the moment.
 *
 * @param name as in paths
 * @param version as in paths
 * @param serving what answers; null while nothing does
 * @param golden result of the newest replay; null before the first
 * @param state whether it answers, and why not
 */
public record ModelSlot(
    String name, String version, ServedModel serving, GoldenAgreement golden, ServingState state) {

  static ModelSlot loading(String name, String version) {
    return notReady(name, version, "model '" + name + "' is loading");
  }

  static ModelSlot serving(ServedModel model) {
    return new ModelSlot(
        model.metadata().name(),
        model.metadata().version(),
        model,
        model.golden(),
        ServingState.READY);
  }

  private static ModelSlot notReady(String name, String version, String reason) {
    return new ModelSlot(name, version, null, null, ServingState.notReady(reason));
  }

  ModelSlot failed(GoldenAgreement replayed, String reason) {
    // A version that serves goes on serving: a bad new one never replaces a good one.
    ServingState next = serving == null ? ServingState.notReady(reason) : state;
    return new ModelSlot(name, version, serving, replayed == null ? golden : replayed, next);
  }
}
