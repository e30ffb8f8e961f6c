package dev.modelfleet.systemtests;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A namespace of a test's own, with words for what tests do and look for in it. */
final class Workspace implements AutoCloseable {

  private static final int LIMIT_SECONDS = 180;

  private final Product product;
  private final String namespace;

  Workspace(Product product, String namespace) {
    this.product = product;
    this.namespace = namespace;
    product.createNamespace(namespace);
  }

  String namespace() {
    return namespace;
  }

  KubernetesClient client() {
    return product.client();
  }

  /** Applies manifests; namespaced ones go into this namespace. */
  void apply(String yaml) {
    for (HasMetadata object :
        client().load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).items()) {
      client().resource(object).inNamespace(namespace).forceConflicts().serverSideApply();
    }
  }

  /** A policy that quantizes dynamically and allows a drop of 5 %. */
  void applyTinyPolicy(String name, String evaluationUri) {
    apply(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: CompressionPolicy
        metadata:
          name: %s
        spec:
          recipes:
            - name: dynamic-int8
              steps: [{quantize: {scheme: Dynamic}}]
          evaluation:
            dataset: {uri: "%s"}
            metric: {type: CosineSimilarity}
          constraints: {maxAccuracyDrop: 5%%}
        """
            .formatted(name, evaluationUri));
  }

  /** A class of edge nodes, for all namespaces. */
  void applyEdgeTarget(String name) {
    apply(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: HardwareTarget
        metadata:
          name: %s
        spec:
          device: {class: CPU, architecture: amd64, precisions: [FP32, INT8]}
          engine: {name: ONNXRuntime, executionProvider: CPU}
          placement:
            mode: PerNode
            nodeSelector: {node.kubernetes.io/instance-type: k3s}
        """
            .formatted(name));
  }

  /** A deployment of one model to one target. */
  void applyDeployment(String name, String modelUri, String policy, String target) {
    apply(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: ModelDeployment
        metadata:
          name: %s
        spec:
          model: {uri: "%s"}
          compression: {policyRef: {name: %s}}
          targets:
            - name: edge
              hardwareTargetRef: {name: %s}
        """
            .formatted(name, modelUri, policy, target));
  }

  Resource<ModelDeployment> deployment(String name) {
    return client().resources(ModelDeployment.class).inNamespace(namespace).withName(name);
  }

  List<ModelVariant> variants() {
    return client().resources(ModelVariant.class).inNamespace(namespace).list().getItems();
  }

  /** Waits until a deployment's status speaks of its newest spec and is as wanted. */
  ModelDeployment await(String name, Predicate<ModelDeployment> wanted) {
    return deployment(name)
        .waitUntilCondition(
            found -> found != null && isObserved(found) && wanted.test(found),
            LIMIT_SECONDS,
            TimeUnit.SECONDS);
  }

  /** Waits until a deployment is Ready. */
  ModelDeployment awaitReady(String name) {
    return await(name, found -> condition(found, "Ready").filter(Condition::isTrue).isPresent());
  }

  /** Waits until a variant of this namespace is as wanted. */
  ModelVariant awaitVariant(Predicate<ModelVariant> wanted) {
    return client()
        .resources(ModelVariant.class)
        .inNamespace(namespace)
        .informOnCondition(found -> found.stream().anyMatch(wanted))
        .thenApply(found -> found.stream().filter(wanted).findFirst().orElseThrow())
        .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  /** Deletes HardwareTargets, which no namespace takes with it. */
  void deleteTargets(String... names) {
    for (String name : names) {
      client().resources(HardwareTarget.class).withName(name).delete();
    }
  }

  static boolean isObserved(ModelDeployment deployment) {
    return deployment.getStatus() != null
        && deployment
            .getMetadata()
            .getGeneration()
            .equals(deployment.getStatus().observedGeneration());
  }

  static Optional<Condition> condition(ModelDeployment deployment, String type) {
    return deployment.getStatus().conditions().stream()
        .filter(condition -> condition.type().equals(type))
        .findFirst();
  }

  @Override
  public void close() {
    product.deleteNamespace(namespace);
  }
}
