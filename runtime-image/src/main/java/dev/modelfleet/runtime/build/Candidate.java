package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.Precision;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.compression.OnnxModel;
import java.nio.file.Path;

/**
 * A model that passed its gates.
 *
 * @param trial how it did
 * @param model in a file
 * @param directory with the model's files and nothing else
 * @param precision of its weights
 */
record Candidate(Trial trial, OnnxModel model, Path directory, Precision precision) {}
