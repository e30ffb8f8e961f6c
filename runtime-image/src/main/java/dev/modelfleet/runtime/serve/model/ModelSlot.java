package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.ServingState;

/**
 * A model's name and what serves under it at the moment.
 *
 * @param name as in paths
 * @param serving what answers; null while nothing does
 * @param golden result of the newest replay; null before the first
 * @param state whether it answers, and why not
 */
public record ModelSlot(
    String name, ServedModel serving, GoldenAgreement golden, ServingState state) {

  static ModelSlot loading(String name) {
    return new ModelSlot(
        name, null, null, ServingState.notReady("model '" + name + "' is loading"));
  }

  ModelSlot failed(GoldenAgreement replayed, String reason) {
    // A version that serves goes on serving: a bad new one never replaces a good one.
    ServingState next = serving == null ? ServingState.notReady(reason) : state;
    return new ModelSlot(name, serving, replayed == null ? golden : replayed, next);
  }

  ModelSlot serving(ServedModel next, GoldenAgreement replayed) {
    return new ModelSlot(name, next, replayed, ServingState.READY);
  }
}
