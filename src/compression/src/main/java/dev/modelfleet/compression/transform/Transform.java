package dev.modelfleet.compression.transform;

import dev.modelfleet.compression.OnnxModel;

/** One way to change a model. */
public interface Transform {

  /**
   * Edits a model in place.
   *
   * @return one sentence for people about what was done, with counts
   * @throws dev.modelfleet.compression.StepNotApplicableException where nothing can be done; the
   *     model may have been changed and must be thrown away
   */
  String apply(OnnxModel model, TransformContext context);
}
