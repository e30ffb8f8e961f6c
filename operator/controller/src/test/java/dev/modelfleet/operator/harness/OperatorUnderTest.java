package dev.modelfleet.operator.harness;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.operator.Controllers;
import dev.modelfleet.operator.OperatorContext;
import dev.modelfleet.operator.OperatorSettings;
import dev.modelfleet.operator.status.Conditions;
import dev.modelfleet.testclusters.TestCluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.OperatorException;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The operator in this process, a namespace of its own on a real API server, a registry and
 * stand-in nodes.
 */
public final class OperatorUnderTest implements AutoCloseable {

  /** Longest wait for anything that must come. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int STARTS = 3;

  private final KubernetesClient client;
  private final String namespace = "t" + UUID.randomUUID().toString().substring(0, 8);
  private final StandInRegistry registry = new StandInRegistry();
  private final StandInNodes nodes;
  private final List<HasMetadata> clusterScoped = new ArrayList<>();
  private volatile Duration ahead = Duration.ZERO;
  private OperatorContext context;
  private Operator operator;

  /** Prepares everything; the operator is not started. */
  public OperatorUnderTest(TestCluster cluster) {
    client = client(cluster);
    installCrds(client);
    OperatorAccount.install(cluster, client);
    client
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
        .create();
    nodes = new StandInNodes(client, namespace);
  }

  /** A client of a cluster administrator. */
  public static KubernetesClient client(TestCluster cluster) {
    Config config = Config.fromKubeconfig(cluster.kubeconfig().toFile());
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  /** Installs the committed CRDs. */
  public static void installCrds(KubernetesClient client) {
    try (Stream<Path> files = Files.list(Path.of("../../crds"))) {
      files
          .filter(file -> file.getFileName().toString().endsWith("modelfleet.dev.yaml"))
          .forEach(
              file -> {
                var crd =
                    client
                        .apiextensions()
                        .v1()
                        .customResourceDefinitions()
                        .load(file.toFile())
                        .item();
                client.resource(crd).forceConflicts().serverSideApply();
                client
                    .resource(crd)
                    .waitUntilCondition(OperatorUnderTest::established, 30, TimeUnit.SECONDS);
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static boolean established(CustomResourceDefinition crd) {
    return crd != null
        && crd.getStatus() != null
        && crd.getStatus().getConditions() != null
        && crd.getStatus().getConditions().stream()
            .anyMatch(c -> "Established".equals(c.getType()) && "True".equals(c.getStatus()));
  }

  /**
   * Starts the operator, with the permissions that the Helm chart gives it; again where that fails,
   * for instance for a lost connection, as its Deployment does.
   */
  public OperatorUnderTest start() {
    for (int tries = 1; ; tries++) {
      try {
        return startOnce();
      } catch (OperatorException e) {
        stop();
        if (tries == STARTS) {
          throw e;
        }
        System.out.println("[operator] starts again: " + root(e));
      }
    }
  }

  private OperatorUnderTest startOnce() {
    OperatorSettings settings =
        OperatorSettings.from(
            Map.of(
                "MODELFLEET_RUNTIME_IMAGE",
                "modelfleet.local/runtime:1",
                "MODELFLEET_REGISTRY",
                registry.address() + "/variants",
                "MODELFLEET_REGISTRY_PLAIN_HTTP",
                registry.address()));
    context =
        OperatorContext.of(
            new KubernetesClientBuilder()
                .withConfig(OperatorAccount.of(client.getConfiguration()))
                .build(),
            settings,
            (InstantSource) () -> Clock.systemUTC().instant().plus(ahead));
    operator = Controllers.of(context, Optional.empty(), Metrics.NOOP);
    operator.start();
    return this;
  }

  private static Throwable root(Throwable e) {
    return e.getCause() == null ? e : root(e.getCause());
  }

  /** Ends the operator, as a restart does. */
  public void stop() {
    if (operator != null) {
      operator.stop();
      context.close();
      context.client().close();
      operator = null;
    }
  }

  /** Lets the operator's clock be ahead. */
  public void advance(Duration by) {
    ahead = ahead.plus(by);
  }

  public KubernetesClient client() {
    return client;
  }

  public String namespace() {
    return namespace;
  }

  public StandInRegistry registry() {
    return registry;
  }

  public StandInNodes nodes() {
    return nodes;
  }

  /** Creates an object; a cluster-scoped one is removed at the end. */
  public <T extends HasMetadata> T create(T object) {
    T created = client.resource(object).create();
    if (created.getMetadata().getNamespace() == null) {
      clusterScoped.add(created);
    }
    return created;
  }

  /** The ModelDeployment once it is as wanted. */
  public ModelDeployment awaitDeployment(String name, Predicate<ModelDeployment> wanted) {
    return await(
        () -> client.resources(ModelDeployment.class).inNamespace(namespace).withName(name).get(),
        wanted,
        ModelDeployment::getStatus);
  }

  /** The ModelDeployment once a condition has a reason for its newest generation. */
  public ModelDeployment awaitReason(String name, String type, String reason) {
    return awaitDeployment(
        name,
        md ->
            condition(md, type)
                .filter(c -> c.reason().equals(reason))
                .filter(c -> md.getMetadata().getGeneration().equals(c.observedGeneration()))
                .isPresent());
  }

  /** A condition of a ModelDeployment. */
  public static Optional<Condition> condition(ModelDeployment deployment, String type) {
    return deployment.getStatus() == null
        ? Optional.empty()
        : Conditions.find(deployment.getStatus().conditions(), type);
  }

  /** The only ModelVariant of the namespace once it is as wanted. */
  public ModelVariant awaitVariant(Predicate<ModelVariant> wanted) {
    return await(
        () ->
            variants().stream()
                .filter(v -> v.getStatus() != null)
                .filter(wanted)
                .findFirst()
                .orElse(null),
        v -> true,
        v -> variants());
  }

  /** All ModelVariants of the namespace. */
  public List<ModelVariant> variants() {
    return client.resources(ModelVariant.class).inNamespace(namespace).list().getItems();
  }

  /** Messages of the Events about an object, by reason. */
  public List<String> events(String kind, String reason) {
    return client.v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(e -> kind.equals(e.getInvolvedObject().getKind()))
        .filter(e -> reason.equals(e.getReason()))
        .map(e -> e.getMessage())
        .toList();
  }

  /** Polls until what is read is as wanted. */
  public static <T> T await(
      java.util.function.Supplier<T> read, Predicate<T> wanted, Function<T, Object> shown) {
    Instant end = Instant.now().plus(PATIENCE);
    T seen = read.get();
    while (seen == null || !wanted.test(seen)) {
      if (Instant.now().isAfter(end)) {
        throw new AssertionError(
            "not as wanted after " + PATIENCE + ": " + (seen == null ? null : shown.apply(seen)));
      }
      pause();
      seen = read.get();
    }
    return seen;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    stop();
    nodes.close();
    clusterScoped.forEach(object -> client.resource(object).delete());
    client.namespaces().withName(namespace).delete();
    registry.close();
    client.close();
  }
}
