package dev.modelfleet.compression.transform;

import dev.modelfleet.compression.OnnxModel;

/** Brings a model into the form that transforms expect. */
public final class Canonical {

  private Canonical() {}

  /**
   * Makes every constant a constant of the graph and raises the default operator set.
   *
   * @param minOpset operator set version that the caller's operators need
   * @throws dev.modelfleet.compression.StepNotApplicableException where the operator set can't be
   *     raised
   */
  public static void prepare(OnnxModel model, int minOpset) {
    ConstantNodes.lift(model.graph());
    OpsetUpgrade.raise(model, minOpset);
  }
}
