package dev.modelfleet.operator.deployment.decide;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.name.ResourceName;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.ControllerRevisionBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Revisions as they are kept in the cluster: one ControllerRevision each. */
public final class RevisionRecords {

  /** Annotation: newest generation of the spec that gave the revision. */
  static final String GENERATION = "modelfleet.dev/generation";

  private static final JsonMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private record Data(Map<String, String> pins, List<TargetPlan> plans) {}

  private RevisionRecords() {}

  /** The object that keeps a revision. */
  public static ControllerRevision write(ModelDeployment owner, Revision revision) {
    Map<String, String> labels = new HashMap<>();
    labels.put(Labels.MANAGED_BY, Labels.MODELFLEET);
    labels.put(Labels.REVISION, revision.hash());
    return new ControllerRevisionBuilder()
        .withNewMetadata()
        .withName(ResourceName.of(253, owner.getMetadata().getName(), revision.hash()))
        .withNamespace(owner.getMetadata().getNamespace())
        .withLabels(labels)
        .withAnnotations(Map.of(GENERATION, Long.toString(revision.generation())))
        .withOwnerReferences(Owner.controller(owner))
        .endMetadata()
        .withData(
            MAPPER.convertValue(
                new Data(revision.pins(), revision.plans()),
                new TypeReference<Map<String, Object>>() {}))
        .withRevision(revision.number())
        .build();
  }

  /** The revision that an object keeps. */
  public static Revision read(ControllerRevision object) {
    Data data = MAPPER.convertValue(object.getData(), Data.class);
    var meta = object.getMetadata();
    return new Revision(
        meta.getLabels().get(Labels.REVISION),
        object.getRevision(),
        Long.parseLong(meta.getAnnotations().getOrDefault(GENERATION, "0")),
        data.pins(),
        data.plans());
  }
}
