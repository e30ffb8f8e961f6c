package dev.modelfleet.testclusters.tools;

import java.util.List;
import java.util.Locale;

/**
 * One pinned Go module under {@code tools/} and the programs built from it. Modules are separate
 * where their dependency graphs would conflict. {@code seconds} is about how long a first build
 * takes on two cores.
 */
@SuppressWarnings("ImmutableEnumChecker") // the lists are made by List.of
public enum ToolModule {
  KUBERNETES(
      240,
      List.of("go.mod", "go.sum"),
      List.of(
          "k8s.io/kubernetes/cmd/kube-apiserver",
          "k8s.io/kubernetes/cmd/kube-controller-manager",
          "k8s.io/kubernetes/cmd/kube-proxy",
          "k8s.io/kubernetes/cmd/kube-scheduler",
          "k8s.io/kubernetes/cmd/kubectl",
          "k8s.io/kubernetes/cmd/kubelet"),
      List.of(
          "-ldflags",
          "-s -w"
              + " -X k8s.io/component-base/version.gitVersion=v1.36.3"
              + " -X k8s.io/component-base/version.gitMajor=1"
              + " -X k8s.io/component-base/version.gitMinor=36"
              + " -X k8s.io/component-base/version.gitTreeState=clean")),
  ETCD(17, List.of("go.mod", "go.sum"), List.of("go.etcd.io/etcd/server/v3"), Flags.SMALL),
  CONTAINERD(
      43,
      List.of("go.mod", "go.sum"),
      List.of(
          "github.com/containerd/containerd/v2/cmd/containerd",
          "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2",
          "github.com/containerd/containerd/v2/cmd/ctr"),
      List.of("-tags", "no_btrfs,no_devmapper,no_zfs", "-ldflags", "-s -w")),
  HELM(68, List.of("go.mod", "go.sum"), List.of("helm.sh/helm/v3/cmd/helm"), Flags.SMALL),
  REGISTRY(
      58,
      List.of("go.mod", "go.sum"),
      List.of("github.com/distribution/distribution/v3/cmd/registry"),
      Flags.SMALL),
  COREDNS(50, List.of("go.mod", "go.sum", "main.go"), List.of("."), Flags.SMALL),
  KWOK(
      75,
      List.of("go.mod", "go.sum", "stages/main.go"),
      List.of("sigs.k8s.io/kwok/cmd/kwok", "./stages"),
      Flags.SMALL),
  KIND(10, List.of("go.mod", "go.sum"), List.of("sigs.k8s.io/kind"), Flags.SMALL),
  PODS(
      10,
      List.of("go.mod", "pause/main.go", "fetch/main.go"),
      List.of("./pause", "./fetch"),
      Flags.SMALL);

  private final int seconds;
  private final List<String> sources;
  private final List<String> packages;
  private final List<String> flags;

  ToolModule(int seconds, List<String> sources, List<String> packages, List<String> flags) {
    this.seconds = seconds;
    this.sources = sources;
    this.packages = packages;
    this.flags = flags;
  }

  /** The module's folder under {@code tools/}. */
  public String folder() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** About how many seconds a first build takes on two cores. */
  public int seconds() {
    return seconds;
  }

  /** The files of the module that are committed. */
  List<String> sources() {
    return sources;
  }

  /**
   * The Go packages that are built; a single one gives the program that bears the module's name.
   */
  List<String> packages() {
    return packages;
  }

  /** Flags of {@code go build} that decide what is built. */
  List<String> flags() {
    return flags;
  }

  private static final class Flags {
    static final List<String> SMALL = List.of("-ldflags", "-s -w");
  }
}
