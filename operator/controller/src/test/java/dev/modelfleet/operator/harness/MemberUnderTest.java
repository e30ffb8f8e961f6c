package dev.modelfleet.operator.harness;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.EdgeClusterSpec;
import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentSpec;
import dev.modelfleet.api.v1alpha1.EdgeRevision;
import dev.modelfleet.api.v1alpha1.SecretKeyReference;
import dev.modelfleet.operator.member.decide.MemberNames;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.status.Conditions;
import dev.modelfleet.testclusters.CuttableLink;
import dev.modelfleet.testclusters.TestCluster;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A member cluster that is a namespace of the hub's own API server, behind a link that can be cut,
 * with stand-in controllers.
 */
public final class MemberUnderTest implements AutoCloseable {

  private final OperatorUnderTest test;
  private final KubernetesClient client;
  private final String name;
  private final String kubeconfig;
  private final CuttableLink link;
  private final StandInNodes nodes;
  private String owner;

  /** Makes the namespace and the link; the EdgeCluster is not there yet. */
  public MemberUnderTest(OperatorUnderTest test, TestCluster cluster) {
    this.test = test;
    this.client = test.client();
    this.name = "m-" + test.namespace();
    String config;
    try {
      config = Files.readString(cluster.kubeconfig());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String server = client.getConfiguration().getMasterUrl();
    int port = URI.create(server).getPort();
    link = new CuttableLink(port);
    kubeconfig = config.replace(":" + port, ":" + link.port());
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    nodes = new StandInNodes(client, name);
  }

  /** A ModelDeployment that makes nothing, for EdgeDeployments that a test makes itself. */
  public void own() {
    owner =
        client
            .resource(Samples.deployment(test.namespace(), "m", "oci://r/m:1", "none", "edge=none"))
            .create()
            .getMetadata()
            .getUid();
  }

  /** Its name, which is also its namespace in the member. */
  public String name() {
    return name;
  }

  /** A kubeconfig that goes through the link. */
  public String kubeconfig() {
    return kubeconfig;
  }

  public CuttableLink link() {
    return link;
  }

  public StandInNodes nodes() {
    return nodes;
  }

  /** The hub's namespace of the cluster. */
  public String hubNamespace() {
    return MemberNames.namespace(name);
  }

  /** Makes it a member that the operator reaches by a Secret with these entries. */
  public void push(Map<String, String> labels, Map<String, String> entries) {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(test.namespace())
                .withLabels(labels)
                .endMetadata()
                .withStringData(entries)
                .build())
        .create();
    create(
        new EdgeClusterSpec(
            EdgeClusterSpec.Mode.PUSH,
            new SecretKeyReference(test.namespace(), name, "kubeconfig"),
            name,
            List.of()));
  }

  /** Makes it a member that the operator reaches by a kubeconfig. */
  public void push() {
    push(Map.of(), Map.of("kubeconfig", kubeconfig));
  }

  /** Makes it a member whose agent reaches the hub. */
  public void pull() {
    create(new EdgeClusterSpec(EdgeClusterSpec.Mode.PULL, null, name, List.of()));
  }

  private void create(EdgeClusterSpec spec) {
    EdgeCluster cluster = new EdgeCluster();
    cluster.setMetadata(
        new ObjectMetaBuilder().withName(name).withLabels(Map.of("test", name)).build());
    cluster.setSpec(spec);
    client.resource(cluster).create();
  }

  /** The EdgeCluster once condition Connected has a reason. */
  public EdgeCluster awaitConnected(String reason) {
    return OperatorUnderTest.await(
        () -> client.resources(EdgeCluster.class).withName(name).get(),
        cluster -> connected(cluster).filter(c -> c.reason().equals(reason)).isPresent(),
        EdgeCluster::getStatus);
  }

  /** Condition Connected. */
  public static Optional<Condition> connected(EdgeCluster cluster) {
    return cluster.getStatus() == null
        ? Optional.empty()
        : Conditions.find(cluster.getStatus().conditions(), "Connected");
  }

  /** Removes it as a member. */
  public void leave() {
    client.resources(EdgeCluster.class).withName(name).delete();
  }

  /** Waits until the hub knows it no more. */
  public void awaitGone() {
    OperatorUnderTest.await(
        () -> Optional.ofNullable(client.resources(EdgeCluster.class).withName(name).get()),
        Optional::isEmpty,
        cluster -> cluster);
  }

  /** Says what it is to run. */
  public EdgeDeployment want(String update, String stable) {
    EdgeDeployment wanted = new EdgeDeployment();
    wanted.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(hubNamespace())
            .withName(MemberNames.deployment(test.namespace(), "m"))
            .build());
    wanted.setSpec(
        new EdgeDeploymentSpec(
            name,
            new EdgeDeploymentSpec.DeploymentReference(test.namespace(), "m", owner),
            revision(update),
            stable == null ? null : revision(stable)));
    return client.resource(wanted).forceConflicts().fieldManager("test").serverSideApply();
  }

  /** The EdgeDeployment once it is as wanted. */
  public EdgeDeployment await(Predicate<EdgeDeployment> wanted) {
    return OperatorUnderTest.await(
        () ->
            client
                .resources(EdgeDeployment.class)
                .inNamespace(hubNamespace())
                .withName(MemberNames.deployment(test.namespace(), "m"))
                .get(),
        found -> found.getStatus() != null && wanted.test(found),
        EdgeDeployment::getStatus);
  }

  /** The revision that the cluster was told to serve; empty where nothing is there. */
  public Optional<String> served() {
    return Optional.ofNullable(
            client.apps().deployments().inNamespace(name).withName("m-edge").get())
        .map(Deployment::getMetadata)
        .map(meta -> meta.getLabels().get(Labels.REVISION));
  }

  /** A Deployment of the wanted name that someone else made. */
  public Deployment foreignDeployment() {
    return client
        .resource(
            Serialization.unmarshal(
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: m-edge, namespace: %s}
                spec:
                  selector: {matchLabels: {app: other}}
                  template:
                    metadata: {labels: {app: other}}
                    spec: {containers: [{name: c, image: "r/i:1"}]}
                """
                    .formatted(name),
                Deployment.class))
        .create();
  }

  private EdgeRevision revision(String revision) {
    String manifest =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: m-edge
          namespace: %s
          labels:
            modelfleet.dev/revision: %s
            modelfleet.dev/variant: v-%s
            modelfleet.dev/target: edge
        spec:
          replicas: 1
          selector: {matchLabels: {app: m}}
          template:
            metadata: {labels: {app: m, modelfleet.dev/variant: v-%s}}
            spec:
              containers: [{name: serve, image: "r/i:1"}]
        """
            .formatted(name, revision, revision, revision);
    return new EdgeRevision(
        revision, 10, List.of(Serialization.unmarshal(manifest, GenericKubernetesResource.class)));
  }

  @Override
  public void close() {
    link.mend();
    leave();
    awaitGone();
    link.close();
    nodes.close();
    client.namespaces().withName(name).delete();
  }
}
