package dev.modelfleet.testclusters.local;

import dev.modelfleet.testclusters.NodeSpec;
import dev.modelfleet.testclusters.Registry;
import dev.modelfleet.testclusters.tools.HostPackages;
import dev.modelfleet.testclusters.tools.ToolModule;
import dev.modelfleet.testclusters.tools.Tools;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The configuration and the commands of one node's containerd and kubelet. */
final class NodeFiles {
  /** The image whose process holds a pod's namespaces. */
  static final String PAUSE_IMAGE = "modelfleet.local/pause:1";

  private final StateDirectory directory;
  private final NetworkPlan plan;
  private final NodeSpec node;
  private final int number;
  private final String registry;
  private final Path folder;

  /**
   * Files of a node.
   *
   * @param registry {@code host:port} that the node pulls from; null for the cluster's own
   */
  NodeFiles(
      StateDirectory directory, NetworkPlan plan, NodeSpec node, int number, String registry) {
    this.directory = directory;
    this.plan = plan;
    this.node = node;
    this.number = number;
    this.registry = registry == null ? plan.hub() + ":" + NetworkPlan.REGISTRY_PORT : registry;
    this.folder = directory.node(node.name());
  }

  static String containerdRole(String node) {
    return "containerd-" + node;
  }

  static String kubeletRole(String node) {
    return "kubelet-" + node;
  }

  /** Writes all files. */
  void write() {
    StateDirectory.write(folder.resolve("containerd.toml"), containerdConfig());
    StateDirectory.write(folder.resolve("cni/10-modelfleet.conflist"), networkConfig());
    StateDirectory.write(
        folder.resolve("certs.d").resolve(Registry.CLUSTER_ADDRESS).resolve("hosts.toml"),
        hostsConfig());
    StateDirectory.write(folder.resolve("resolv.conf"), "nameserver " + plan.hub() + "\n");
    StateDirectory.write(folder.resolve("kubelet.yaml"), kubeletConfig());
  }

  Launch containerd(Tools tools) {
    return new Launch(
        containerdRole(node.name()),
        node.name(),
        List.of(
            tools.program(ToolModule.CONTAINERD).toString(),
            "--config",
            folder.resolve("containerd.toml").toString()));
  }

  Launch kubelet(Tools tools, Credentials credentials) {
    List<String> command =
        new ArrayList<>(
            List.of(
                tools.program(ToolModule.KUBERNETES, "kubelet").toString(),
                "--config=" + folder.resolve("kubelet.yaml"),
                "--kubeconfig=" + credentials.kubeconfig(kubeletRole(node.name())),
                "--hostname-override=" + node.name(),
                "--node-ip=" + plan.node(number)));
    if (!node.labels().isEmpty()) {
      command.add(
          "--node-labels="
              + node.labels().entrySet().stream()
                  .map(label -> label.getKey() + "=" + label.getValue())
                  .sorted()
                  .collect(Collectors.joining(",")));
    }
    return new Launch(kubeletRole(node.name()), node.name(), command);
  }

  /** The control group under which all pods of the node run, from the root of each hierarchy. */
  String controlGroup() {
    return "/" + ControlGroups.of(directory) + "/" + node.name();
  }

  private String containerdConfig() {
    return """
        version = 3
        disabled_plugins = ['io.containerd.internal.v1.opt', 'io.containerd.nri.v1.nri']

        [plugins.'io.containerd.cri.v1.images'.pinned_images]
          sandbox = '%s'

        [plugins.'io.containerd.cri.v1.images'.registry]
          config_path = '%s'

        [plugins.'io.containerd.cri.v1.runtime']
          # Lowering oom_score_adj is refused where the starter's own score is raised.
          restrict_oom_score_adj = true

        [plugins.'io.containerd.cri.v1.runtime'.cni]
          bin_dirs = ['%s']
          conf_dir = '%s'
        """
        .formatted(
            PAUSE_IMAGE,
            folder.resolve("certs.d"),
            HostPackages.CNI_PLUGINS,
            folder.resolve("cni"));
  }

  private String networkConfig() {
    return """
        {
          "cniVersion": "1.0.0",
          "name": "modelfleet",
          "plugins": [
            {
              "type": "ptp",
              "ipam": {
                "type": "host-local",
                "ranges": [[{"subnet": "%s"}]],
                "routes": [{"dst": "0.0.0.0/0"}]
              }
            },
            {"type": "portmap", "capabilities": {"portMappings": true}}
          ]
        }
        """
        .formatted(plan.pods(number));
  }

  private String hostsConfig() {
    String address = "http://" + registry;
    return """
        server = '%1$s'

        [host.'%1$s']
          capabilities = ['pull', 'resolve']
        """
        .formatted(address);
  }

  private String kubeletConfig() {
    return """
        apiVersion: kubelet.config.k8s.io/v1beta1
        kind: KubeletConfiguration
        address: %1$s
        # The kubelet's port is reachable only inside the cluster's own network.
        authentication:
          anonymous: {enabled: true}
          webhook: {enabled: false}
        authorization: {mode: AlwaysAllow}
        cgroupDriver: cgroupfs
        cgroupRoot: %2$s
        clusterDNS: [%3$s]
        clusterDomain: cluster.local
        containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
        enforceNodeAllocatable: []
        evictionHard: {memory.available: 1Mi, nodefs.available: 0.1%%, nodefs.inodesFree: 0.1%%, imagefs.available: 0.1%%, imagefs.inodesFree: 0.1%%}
        failCgroupV1: false
        failSwapOn: false
        imageGCHighThresholdPercent: 100
        resolvConf: %4$s
        serializeImagePulls: false
        volumePluginDir: /var/lib/kubelet/volume-plugins
        """
        .formatted(plan.node(number), controlGroup(), plan.hub(), folder.resolve("resolv.conf"));
  }
}
