package dev.modelfleet.operator.harness;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;

/** One policy, one node, one target with mode Replicas, and ModelDeployments on it. */
public final class SampleFleet {

  private final OperatorUnderTest test;
  private final String target;
  private final String model;

  /** Creates policy, target and node. */
  public SampleFleet(OperatorUnderTest test) {
    this.test = test;
    this.target = "pool-" + test.namespace();
    this.model = test.registry().push("models/minilm:1", "weights");
    String dataset = test.registry().push("datasets/evaluation:1", "samples");
    test.nodes().addNode(target, Map.of("test", target), Map.of());
    test.create(Samples.policy(test.namespace(), "embeddings", dataset));
    test.create(Samples.target(target, "Replicas", target));
  }

  /** Name of the target. */
  public String target() {
    return target;
  }

  /** Deploys the model. */
  public ModelDeployment deploy(String name) {
    return deploy(name, model);
  }

  /** Deploys another model. */
  public ModelDeployment deploy(String name, String uri) {
    return test.create(
        Samples.deployment(test.namespace(), name, uri, "embeddings", "pool=" + target));
  }

  /** Deploys the model and waits until it is Ready. */
  public ModelDeployment deployed(String name) {
    deploy(name);
    return test.awaitReason(name, "Ready", "Ready");
  }

  /** Edits the spec by a JSON merge patch. */
  public ModelDeployment edit(String name, String spec) {
    return test.client()
        .resources(ModelDeployment.class)
        .inNamespace(test.namespace())
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":" + spec + "}");
  }
}
