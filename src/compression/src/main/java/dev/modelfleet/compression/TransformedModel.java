package dev.modelfleet.compression;

import dev.modelfleet.artifact.StepNote;
import java.util.List;

/**
 * What a recipe made of a model.
 *
 * @param model the variant
 * @param notes what each step did
 */
public record TransformedModel(OnnxModel model, List<StepNote> notes) {

  public TransformedModel {
    notes = List.copyOf(notes);
  }
}
