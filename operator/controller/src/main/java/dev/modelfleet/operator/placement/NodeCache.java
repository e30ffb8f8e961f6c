package dev.modelfleet.operator.placement;

import dev.modelfleet.operator.placement.decide.NodeFacts;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What matters about every node of the cluster, watched once for all controllers. Of the nodes
 * themselves, which list every image that they hold, only the names are kept.
 */
public final class NodeCache implements AutoCloseable {

  /** Told of each change that matters. */
  @FunctionalInterface
  public interface Listener {
    /** Either may be empty, not both. */
    void changed(Optional<NodeFacts> before, Optional<NodeFacts> now);
  }

  private final Map<String, NodeFacts> facts = new ConcurrentHashMap<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final KubernetesClient client;
  private SharedIndexInformer<Node> informer;

  public NodeCache(KubernetesClient client) {
    this.client = client;
  }

  /** Starts to watch, once, and returns when all nodes are known. */
  public synchronized void start() {
    if (informer == null) {
      informer = client.nodes().runnableInformer(0).itemStore(new Store());
      informer.start().toCompletableFuture().join();
    }
  }

  /** Tells of changes from now on. */
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /** All nodes. */
  public List<NodeFacts> all() {
    return List.copyOf(facts.values());
  }

  /** The nodes that have all labels. */
  public List<NodeFacts> matching(Map<String, String> labels) {
    return facts.values().stream().filter(node -> node.matches(labels)).toList();
  }

  @Override
  public synchronized void close() {
    if (informer != null) {
      informer.close();
    }
  }

  private void tell(NodeFacts before, NodeFacts now) {
    if (!java.util.Objects.equals(before, now)) {
      listeners.forEach(
          listener -> listener.changed(Optional.ofNullable(before), Optional.ofNullable(now)));
    }
  }

  private final class Store extends BasicItemStore<Node> {
    private Store() {
      super(Cache::metaNamespaceKeyFunc);
    }

    @Override
    public Node put(String key, Node node) {
      NodeFacts now = NodeFacts.of(node);
      Node bare =
          new NodeBuilder()
              .withNewMetadata()
              .withName(now.name())
              .withResourceVersion(node.getMetadata().getResourceVersion())
              .endMetadata()
              .build();
      Node old = super.put(key, bare);
      tell(facts.put(now.name(), now), now);
      return old;
    }

    @Override
    public Node remove(String key) {
      tell(facts.remove(key), null);
      return super.remove(key);
    }
  }
}
