package dev.modelfleet.operator.placement;

import dev.modelfleet.operator.placement.decide.NodeFacts;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lets a controller look again at the objects that a node's change concerns, and start only when
 * all nodes are known.
 */
public final class NodeEventSource<P extends HasMetadata> extends AbstractEventSource<Node, P> {

  private final NodeCache nodes;
  private final Function<NodeFacts, Set<ResourceID>> concerned;

  /**
   * A source.
   *
   * @param concerned objects that a node concerns as it is, or as it was
   */
  public NodeEventSource(NodeCache nodes, Function<NodeFacts, Set<ResourceID>> concerned) {
    super(Node.class, "nodes");
    this.nodes = nodes;
    this.concerned = concerned;
    nodes.listen(this::changed);
  }

  @Override
  public void start() {
    nodes.start();
    super.start();
  }

  private void changed(Optional<NodeFacts> before, Optional<NodeFacts> now) {
    if (isRunning()) {
      Stream.concat(before.stream(), now.stream())
          .map(concerned)
          .flatMap(Set::stream)
          .collect(Collectors.toSet())
          .forEach(id -> getEventHandler().handleEvent(new Event(id)));
    }
  }

  /** None: nodes are looked up in the cache. */
  @Override
  public Set<Node> getSecondaryResources(P primary) {
    return Set.of();
  }
}
