package dev.modelfleet.kubectl;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import io.fabric8.kubernetes.client.utils.Serialization;

/** Objects for tests. */
final class Fixtures {

  private Fixtures() {}

  /** A ModelDeployment of generation 2 with a status, given as YAML under {@code status:}. */
  static ModelDeployment deployment(String status) {
    return Serialization.unmarshal(SPEC + "status:\n" + status.indent(2), ModelDeployment.class);
  }

  static final String SPEC =
      """
      apiVersion: modelfleet.dev/v1alpha1
      kind: ModelDeployment
      metadata: {name: minilm, namespace: default, uid: u1, generation: 2}
      spec:
        model: {uri: "oci://registry.example.com/models/minilm:2"}
        targets:
          - {name: gpu, hardwareTargetRef: {name: gpu-pool}, replicas: 2}
          - {name: edge, hardwareTargetRef: {name: k3s-edge}}
      """;

  /** A rollout that awaits the promotion of its first wave. */
  static final String AWAITS_PROMOTION =
      """
      observedGeneration: 2
      phase: RollingOut
      message: wave first awaits its promotion
      updateRevision: bbbb
      currentRevision: aaaa
      waves:
        - {name: first, phase: AwaitingPromotion, units: 1, updated: 1, verified: 1, failed: 0, unreachable: 0}
        - {name: rest, phase: Pending, units: 19, updated: 0, verified: 0, failed: 0, unreachable: 2}
      targetStatuses:
        - {name: gpu, phase: RollingOut, variant: minilm-gpu-1, recipe: fp16, size: 45.2M, accuracyDrop: 0%, latencyP99: 25.1ms, desired: 2, updated: 1, ready: 2, available: 2}
        - {name: edge, phase: Building, desired: 19, updated: 0, ready: 19, available: 19}
      conditions:
        - {type: Ready, status: "False", observedGeneration: 2, lastTransitionTime: "2026-01-31T12:00:00Z", reason: RollingOut, message: m}
        - {type: Progressing, status: "True", observedGeneration: 2, lastTransitionTime: "2026-01-31T12:00:00Z", reason: RollingOut, message: m}
      """;

  /** Every target serves the spec's revision. */
  static final String DONE =
      """
      observedGeneration: 2
      phase: Healthy
      message: every target serves revision bbbb
      updateRevision: bbbb
      currentRevision: bbbb
      conditions:
        - {type: Ready, status: "True", observedGeneration: 2, lastTransitionTime: "2026-01-31T12:00:00Z", reason: Ready, message: m}
      """;

  /** Rolled back. */
  static final String ROLLED_BACK =
      """
      observedGeneration: 2
      phase: Degraded
      message: "wave first: golden inputs disagree: rolled back to revision aaaa"
      updateRevision: bbbb
      currentRevision: aaaa
      rejectedRevisions:
        - {revision: bbbb, reason: GoldenMismatch, message: golden inputs disagree on edge-7, time: "2026-01-31T12:00:00Z"}
      conditions:
        - {type: Ready, status: "False", observedGeneration: 2, lastTransitionTime: "2026-01-31T12:00:00Z", reason: GoldenMismatch, message: m}
      """;
}
