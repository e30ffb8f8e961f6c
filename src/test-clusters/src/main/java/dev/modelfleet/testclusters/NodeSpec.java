package dev.modelfleet.testclusters;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * One real node.
 *
 * @param name the node's name
 * @param labels labels it registers with
 * @param gpus how many {@code nvidia.com/gpu} it shows; scheduling by them is real, the
 *     accelerators are not
 */
public record NodeSpec(String name, Map<String, String> labels, int gpus) {
  /** The resource that a GPU node shows. */
  public static final String GPU_RESOURCE = "nvidia.com/gpu";

  /** Canonical constructor: copies the labels. */
  public NodeSpec {
    labels = Map.copyOf(labels);
  }

  /** A node as an edge device runs it: labelled as k3s labels its nodes. */
  public static NodeSpec edge(String name) {
    return new NodeSpec(name, Map.of("node.kubernetes.io/instance-type", "k3s"), 0);
  }

  /** A node with one GPU to schedule by. */
  public static NodeSpec gpu(String name) {
    return new NodeSpec(name, Map.of("modelfleet.dev/accelerator", "gpu"), 1);
  }

  /**
   * The usual {@code count} nodes: {@code edge-1}, {@code gpu-1}, then {@code edge-2}, {@code
   * edge-3}, …
   */
  public static List<NodeSpec> usual(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                switch (i) {
                  case 0 -> edge("edge-1");
                  case 1 -> gpu("gpu-1");
                  default -> edge("edge-" + i);
                })
        .toList();
  }
}
