import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The processes of a local cluster.
 *
 * @param folder of the cluster, which their arguments name
 */
record ClusterProcesses(Path folder) {

  private static final Set<String> NAMES =
      Set.of("kube-apiserver", "etcd", "kube-controller-manager", "kube-scheduler", "kwok");

  /** Seconds of CPU of each so far, by name. */
  Map<String, Double> cpuSeconds() {
    Map<String, Double> seconds = new TreeMap<>();
    ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains(folder.toString()))
        .forEach(
            process -> {
              String name =
                  Path.of(process.info().command().orElse("?")).getFileName().toString();
              if (NAMES.contains(name)) {
                seconds.merge(
                    name,
                    process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1000.0,
                    Double::sum);
              }
            });
    return seconds;
  }
}
