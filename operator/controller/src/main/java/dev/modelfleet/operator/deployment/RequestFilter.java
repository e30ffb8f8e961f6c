package dev.modelfleet.operator.deployment;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import java.util.Objects;

/**
 * Which changes of a ModelDeployment are looked at: those of the spec, and those of the annotations
 * by which people act on a rollout; the operator's own writes of the status are not.
 */
public final class RequestFilter implements OnUpdateFilter<ModelDeployment> {

  @Override
  public boolean accept(ModelDeployment now, ModelDeployment before) {
    var meta = now.getMetadata();
    var then = before.getMetadata();
    return !Objects.equals(meta.getGeneration(), then.getGeneration())
        || !Objects.equals(meta.getAnnotations(), then.getAnnotations())
        || !Objects.equals(meta.getDeletionTimestamp(), then.getDeletionTimestamp());
  }
}
