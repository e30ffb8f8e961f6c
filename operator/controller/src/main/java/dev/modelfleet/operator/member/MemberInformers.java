package dev.modelfleet.operator.member;

import dev.modelfleet.operator.cache.PrunedStore;
import dev.modelfleet.operator.member.decide.MemberNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** What was applied in one member cluster, kept up to date by watches. */
final class MemberInformers implements AutoCloseable {

  private final List<SharedIndexInformer<? extends HasMetadata>> informers;

  /**
   * Informers that are not started.
   *
   * @param cluster name of the EdgeCluster, by which its objects are labelled
   * @param namespace to which the credential is limited; null for all
   * @param changed told the label of the EdgeDeployment of each object that changed
   */
  MemberInformers(
      KubernetesClient client, String cluster, String namespace, Consumer<String> changed) {
    this.informers =
        List.of(
            informer(client.apps().deployments(), cluster, namespace, changed),
            informer(client.apps().daemonSets(), cluster, namespace, changed),
            informer(client.services(), cluster, namespace, changed));
  }

  private static <T extends HasMetadata, L extends KubernetesResourceList<T>, R extends Resource<T>>
      SharedIndexInformer<T> informer(
          MixedOperation<T, L, R> kind,
          String cluster,
          String namespace,
          Consumer<String> changed) {
    var scope = namespace == null ? kind.inAnyNamespace() : kind.inNamespace(namespace);
    return scope
        .withLabel(MemberNames.EDGE_CLUSTER, MemberNames.label(cluster))
        .runnableInformer(0)
        .itemStore(new PrunedStore<>())
        .exceptionHandler((started, problem) -> true)
        .addEventHandler(new Changes<T>(changed));
  }

  /** Starts; complete when everything was listed once. */
  CompletionStage<Void> start() {
    return CompletableFuture.allOf(
        informers.stream()
            .map(informer -> informer.start().toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }

  /** Everything that was applied in the cluster. */
  List<HasMetadata> all() {
    return informers.stream()
        .flatMap(informer -> informer.getStore().list().stream())
        .<HasMetadata>map(object -> object)
        .toList();
  }

  /** What was applied for one EdgeDeployment. */
  List<HasMetadata> of(String label) {
    return all().stream().filter(object -> label.equals(label(object))).toList();
  }

  /** The label of an object's EdgeDeployment. */
  static String label(HasMetadata object) {
    return object.getMetadata().getLabels().getOrDefault(MemberNames.EDGE_DEPLOYMENT, "");
  }

  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::stop);
  }

  private record Changes<T extends HasMetadata>(Consumer<String> changed)
      implements ResourceEventHandler<T> {

    @Override
    public void onAdd(T object) {
      changed.accept(label(object));
    }

    @Override
    public void onUpdate(T before, T object) {
      if (!before
          .getMetadata()
          .getResourceVersion()
          .equals(object.getMetadata().getResourceVersion())) {
        changed.accept(label(object));
      }
    }

    @Override
    public void onDelete(T object, boolean finalStateUnknown) {
      changed.accept(label(object));
    }
  }
}
