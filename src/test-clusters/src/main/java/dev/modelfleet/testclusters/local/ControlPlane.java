package dev.modelfleet.testclusters.local;

import dev.modelfleet.testclusters.ClusterSpec;
import dev.modelfleet.testclusters.Registry;
import dev.modelfleet.testclusters.host.HostCommand;
import dev.modelfleet.testclusters.tools.ToolModule;
import dev.modelfleet.testclusters.tools.Tools;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How the programs of the control plane are started. Only their commands and files; nothing runs
 * here.
 */
final class ControlPlane {
  static final String ETCD = "etcd";
  static final String API_SERVER = "kube-apiserver";
  static final String CONTROLLERS = "kube-controller-manager";
  static final String SCHEDULER = "kube-scheduler";
  static final String DNS = "coredns";
  static final String KWOK = "kwok";

  /**
   * What runs beside a lone API server: what deletes. Workload controllers would fight with a test
   * that plays the Job or Deployment controller.
   */
  private static final String CLEANING_CONTROLLERS =
      String.join(
          ",",
          "garbage-collector-controller",
          "namespace-controller",
          "serviceaccount-controller",
          "root-ca-certificate-publisher-controller",
          "clusterrole-aggregation-controller");

  private static final Pattern DOCUMENT_END = Pattern.compile("(?m)^---$\n?");
  private static final Pattern STAGE_NAME = Pattern.compile("(?m)^  name: (\\S+)$");

  private final StateDirectory directory;
  private final Tools tools;
  private final Layout layout;

  ControlPlane(StateDirectory directory, Tools tools, Layout layout) {
    this.directory = directory;
    this.tools = tools;
    this.layout = layout;
  }

  Launch etcd() {
    String client = "http://127.0.0.1:" + layout.etcdPort();
    String peer = "http://127.0.0.1:" + layout.etcdPeerPort();
    return new Launch(
        ETCD,
        layout.namespace(),
        List.of(
            tools.program(ToolModule.ETCD).toString(),
            "--name=default",
            "--data-dir=" + directory.file("etcd"),
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=default=" + peer,
            "--unsafe-no-fsync",
            "--log-level=warn"));
  }

  Launch apiServer() {
    Path secrets = directory.secrets();
    List<String> command =
        new ArrayList<>(
            List.of(
                kubernetes(API_SERVER),
                "--etcd-servers=http://127.0.0.1:" + layout.etcdPort(),
                "--bind-address=" + layout.apiAddress(),
                "--advertise-address=" + layout.apiAddress(),
                "--secure-port=" + layout.apiPort(),
                "--cert-dir=" + secrets,
                "--service-cluster-ip-range=" + layout.serviceCidr(),
                "--authorization-mode=Node,RBAC",
                "--enable-admission-plugins=NodeRestriction",
                "--token-auth-file=" + secrets.resolve("tokens.csv"),
                "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
                "--service-account-signing-key-file=" + secrets.resolve("service-accounts.key"),
                "--service-account-key-file=" + secrets.resolve("service-accounts.pub"),
                "--allow-privileged=true",
                "--kubelet-preferred-address-types=InternalIP",
                "--audit-log-path=" + directory.auditLog(),
                "--audit-log-mode=blocking",
                "--audit-policy-file=" + directory.file("audit-policy.yaml")));
    if (layout.namespace().equals(Namespaces.HOST)) {
      // A loopback address may not be published as an endpoint.
      command.add("--endpoint-reconciler-type=none");
    }
    return new Launch(API_SERVER, layout.namespace(), command);
  }

  Launch controllers(Credentials credentials, ClusterSpec spec) {
    List<String> command =
        new ArrayList<>(
            List.of(
                kubernetes(CONTROLLERS),
                "--kubeconfig=" + credentials.kubeconfig(CONTROLLERS),
                "--service-account-private-key-file="
                    + directory.secrets().resolve("service-accounts.key"),
                "--root-ca-file=" + credentials.authority(),
                "--use-service-account-credentials=true",
                "--leader-elect=false",
                "--allocate-node-cidrs=false",
                "--secure-port=0"));
    if (spec.apiOnly()) {
      command.add("--controllers=" + CLEANING_CONTROLLERS);
    }
    command.addAll(requestRate(spec));
    return new Launch(CONTROLLERS, layout.namespace(), command);
  }

  Launch scheduler(Credentials credentials, ClusterSpec spec) {
    List<String> command =
        new ArrayList<>(
            List.of(
                kubernetes(SCHEDULER),
                "--kubeconfig=" + credentials.kubeconfig(SCHEDULER),
                "--leader-elect=false",
                "--secure-port=0"));
    command.addAll(requestRate(spec));
    return new Launch(SCHEDULER, layout.namespace(), command);
  }

  /**
   * Simulated nodes are for scale: without this, each controller's default of 20 requests a second
   * is what would be measured.
   */
  private static List<String> requestRate(ClusterSpec spec) {
    return spec.kwokNodes() == 0
        ? List.of()
        : List.of("--kube-api-qps=1000", "--kube-api-burst=2000");
  }

  /** The proxy of one set of namespaces; the hub's acts for the first node. */
  Launch proxy(Credentials credentials, String namespace, String node, NetworkPlan plan) {
    return new Launch(
        "kube-proxy-" + namespace,
        namespace,
        List.of(
            kubernetes("kube-proxy"),
            "--kubeconfig=" + credentials.kubeconfig("kube-proxy"),
            "--proxy-mode=iptables",
            "--cluster-cidr=" + plan.podCidr(),
            "--hostname-override=" + node,
            "--conntrack-max-per-core=0",
            "--conntrack-tcp-timeout-established=0",
            "--conntrack-tcp-timeout-close-wait=0"));
  }

  Launch dns(Credentials credentials, NetworkPlan plan) {
    StateDirectory.write(directory.file("Corefile"), corefile(credentials, plan));
    return new Launch(
        DNS,
        layout.namespace(),
        List.of(
            tools.program(ToolModule.COREDNS).toString(),
            "-conf",
            directory.file("Corefile").toString()));
  }

  /** As often as a kubelet where that leaves the API server something to do it with. */
  private static int leaseSeconds(int nodes) {
    return Math.clamp(nodes / 32, 40, 160);
  }

  Launch kwok(Credentials credentials, ClusterSpec spec) {
    String extraStages = spec.kwokStages();
    Path stages = directory.file("kwok-stages.yaml");
    String usual = HostCommand.run(tools.program(ToolModule.KWOK, "stages").toString());
    StateDirectory.write(stages, stages(usual, extraStages));
    return new Launch(
        KWOK,
        layout.namespace(),
        List.of(
            tools.program(ToolModule.KWOK).toString(),
            "--kubeconfig=" + credentials.kubeconfig(KWOK),
            "--config=" + stages,
            "--manage-all-nodes=false",
            "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
            "--node-lease-duration-seconds=" + leaseSeconds(spec.kwokNodes())));
  }

  /** The usual stages but those that an extra one of the same name takes the place of. */
  static String stages(String usual, String extra) {
    Set<String> taken =
        STAGE_NAME.matcher(extra).results().map(r -> r.group(1)).collect(Collectors.toSet());
    return DOCUMENT_END
            .splitAsStream(usual)
            .filter(stage -> !stage.isBlank())
            .filter(
                stage ->
                    STAGE_NAME.matcher(stage).results().noneMatch(r -> taken.contains(r.group(1))))
            .map(stage -> "---\n" + stage)
            .collect(Collectors.joining())
        + (extra.isBlank() ? "" : "---\n" + extra);
  }

  /** A registry on {@code address}; two with one storage folder serve the host and the cluster. */
  Launch registry(String role, String namespace, String address) {
    Path config = directory.file(role + ".yaml");
    StateDirectory.write(config, registryConfig(directory.file("registry"), address));
    return new Launch(
        role,
        namespace,
        List.of(tools.program(ToolModule.REGISTRY).toString(), "serve", config.toString()),
        Map.of("OTEL_TRACES_EXPORTER", "none"));
  }

  /** Every request but the reads of health is logged by who, what and when, without bodies. */
  static String auditPolicy() {
    return """
        apiVersion: audit.k8s.io/v1
        kind: Policy
        omitStages: [RequestReceived]
        rules:
        - level: None
          nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", "/openapi*", "/version"]
        - level: Metadata
        """;
  }

  /**
   * Names of the cluster, the registry's name, and no others: a test cluster asks nobody outside.
   */
  private static String corefile(Credentials credentials, NetworkPlan plan) {
    return """
        .:53 {
          bind %1$s
          errors
          ready %1$s:8181
          cache 5
          kubernetes cluster.local in-addr.arpa {
            kubeconfig %2$s
            fallthrough in-addr.arpa
          }
          hosts {
            %1$s %3$s
            fallthrough
          }
          template ANY ANY . {
            rcode NXDOMAIN
          }
        }
        """
        .formatted(plan.hub(), credentials.kubeconfig(DNS), Registry.HOST_NAME);
  }

  static String registryConfig(Path storage, String address) {
    return """
        version: 0.1
        log:
          level: warn
        storage:
          filesystem:
            rootdirectory: %s
          delete:
            enabled: true
        http:
          addr: %s
          secret: test-clusters
        """
        .formatted(storage, address);
  }

  private String kubernetes(String program) {
    return tools.program(ToolModule.KUBERNETES, program).toString();
  }
}
