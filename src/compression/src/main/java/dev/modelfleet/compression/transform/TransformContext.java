package dev.modelfleet.compression.transform;

import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.compression.dataset.Dataset;
import java.util.Optional;

/**
 * What a transform may take into account besides the model.
 *
 * @param target class of device that the model is for
 * @param calibration typical inputs
 * @param seed of everything random
 */
public record TransformContext(TargetProfile target, Optional<Dataset> calibration, long seed) {}
