package dev.modelfleet.api.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;

/** Manifests that a test starts from, one of each kind, all valid. */
final class Manifest {

  private static final Map<String, String> VALID =
      Map.of(
          "ModelDeployment",
          """
          spec:
            model:
              uri: oci://registry.example.com/models/minilm:1.0.0
            compression:
              policyRef:
                name: embeddings
            targets:
              - name: edge
                hardwareTargetRef:
                  name: k3s-edge
          """,
          "CompressionPolicy",
          """
          spec:
            recipes:
              - name: dynamic-int8
                steps:
                  - simplify: {}
                  - quantize:
                      scheme: Dynamic
            evaluation:
              dataset:
                uri: oci://registry.example.com/datasets/evaluation:1.0.0
              metric:
                type: CosineSimilarity
            constraints:
              maxAccuracyDrop: 1%
          """,
          "HardwareTarget",
          """
          spec:
            device:
              class: CPU
              architecture: amd64
              precisions: [FP32, INT8]
            engine:
              name: ONNXRuntime
            placement:
              mode: PerNode
          """,
          "ModelVariant",
          """
          spec:
            key: 0123456789abcdef0123456789abcdef
            builderVersion: "1"
            modelName: minilm
            source:
              uri: oci://registry.example.com/models/minilm:1.0.0
            recipes:
              - name: dynamic-int8
                steps:
                  - quantize:
                      scheme: Dynamic
            fallback: Reject
            target:
              hardwareTarget: k3s-edge
              device:
                class: CPU
                architecture: amd64
                precisions: [FP32, INT8]
              engine:
                name: ONNXRuntime
          """,
          "EdgeCluster",
          """
          spec:
            kubeconfigSecretRef:
              namespace: edge
              name: store-17
          """,
          "EdgeDeployment",
          """
          spec:
            cluster: store-17
            deployment:
              namespace: models
              name: minilm
              uid: 7f0c1f3e-0000-4000-8000-000000000000
            update:
              revision: 7c9f
              manifests:
                - apiVersion: v1
                  kind: Service
                  metadata: {name: minilm-edge, namespace: models}
                  spec: {ports: [{port: 8000}]}
          """);

  private Manifest() {}

  /** A valid object of a kind. */
  static GenericKubernetesResource valid(String kind) {
    return changed(kind, "{}");
  }

  /**
   * A valid object of a kind with a change: in {@code patch}, YAML, maps are merged, other values
   * replace, and null removes.
   */
  static GenericKubernetesResource changed(String kind, String patch) {
    ObjectNode object = (ObjectNode) Serialization.unmarshal(VALID.get(kind), JsonNode.class);
    object.put("apiVersion", "modelfleet.dev/v1alpha1").put("kind", kind);
    object.putObject("metadata").put("name", "sample");
    merge(object, Serialization.unmarshal(patch, JsonNode.class));
    return Serialization.unmarshal(object.toString(), GenericKubernetesResource.class);
  }

  private static void merge(ObjectNode object, JsonNode patch) {
    patch
        .properties()
        .forEach(
            member -> {
              JsonNode value = member.getValue();
              if (value.isNull()) {
                object.remove(member.getKey());
              } else if (value.isObject()
                  && object.get(member.getKey()) instanceof ObjectNode old) {
                merge(old, value);
              } else {
                object.set(member.getKey(), value);
              }
            });
  }
}
