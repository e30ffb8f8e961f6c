import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.host.HostCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The packaged operator as a process of this machine, with its own account in the cluster. */
final class OperatorProcess implements AutoCloseable {

  private static final Path APPLICATION = Path.of("operator/controller/target/quarkus-app");
  private static final Path OPTIONS = Path.of("operator/controller/src/main/image/operator.options");
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Process process;
  private final int port;

  private OperatorProcess(Process process, int port) {
    this.process = process;
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    this.port = port;
  }

  /**
   * Starts it and waits until it is ready.
   *
   * @param javaOptions options beside those of the image, the heap's limit above all
   */
  static OperatorProcess start(TestCluster cluster, Path kubeconfig, String javaOptions, Path log)
      throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + OPTIONS,
                "-jar",
                APPLICATION.resolve("quarkus-run.jar").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder
        .environment()
        .putAll(
            Map.of(
                "KUBECONFIG", kubeconfig.toString(),
                "QUARKUS_HTTP_PORT", Integer.toString(port),
                "HOSTNAME", "benchmark",
                "JDK_JAVA_OPTIONS", javaOptions,
                "MODELFLEET_NAMESPACE", "modelfleet-system",
                "MODELFLEET_RUNTIME_IMAGE", "registry.example.com/runtime:1",
                "MODELFLEET_REGISTRY", "registry.example.com/variants"));
    OperatorProcess operator = new OperatorProcess(builder.start(), port);
    while (!operator.ready()) {
      if (!operator.process.isAlive()) {
        throw new IllegalStateException("the operator ended: see " + log);
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    return operator;
  }

  /** A kubeconfig of the operator's service account, with the roles that the chart gives it. */
  static Path account(TestCluster cluster, Path folder) throws IOException {
    String kubectl = cluster.kubectl().toString();
    String admin = "--kubeconfig=" + cluster.kubeconfig();
    String roles =
        HostCommand.run(
            cluster.helm().toString(),
            "template",
            "modelfleet",
            "charts/modelfleet",
            "--namespace=modelfleet-system",
            "--kube-version=1.36",
            "--set=image.repository=o,runtimeImage.repository=r,registry.repository=r:5000/v,members.enabled=true",
            "--show-only=templates/rbac.yaml",
            "--show-only=templates/serviceaccount.yaml");
    Path manifest = Files.writeString(folder.resolve("account.yaml"), roles.substring(roles.indexOf("---\n")));
    HostCommand.run(kubectl, admin, "create", "namespace", "modelfleet-system");
    HostCommand.run(
        kubectl, admin, "apply", "-n", "modelfleet-system", "-f", manifest.toString());
    String token =
        HostCommand.run(
                kubectl,
                admin,
                "create",
                "token",
                "modelfleet-operator",
                "-n",
                "modelfleet-system",
                "--duration=12h")
            .strip();
    String text = Files.readString(cluster.kubeconfig());
    return Files.writeString(
        folder.resolve("operator.kubeconfig"),
        text.replaceAll("(?m)^(\\s+)(token|client-certificate-data|client-key-data):.*$", "$1token: " + token));
  }

  private boolean ready() throws InterruptedException {
    try {
      return get("/q/health/ready").startsWith("{") && status == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private int status;

  private String get(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(10))
            .build();
    var response = HTTP.send(request, BodyHandlers.ofString());
    status = response.statusCode();
    return response.body();
  }

  /** A value of {@code /proc/PID/status} in MiB: VmRSS, or VmHWM for the peak. */
  long mebibytes(String name) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith(name + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  /** Bytes read and written so far, which once it is started is what goes over the network. */
  long bytesExchanged() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/io")).stream()
        .filter(line -> line.startsWith("rchar:") || line.startsWith("wchar:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }

  /** Seconds of CPU so far. */
  double cpuSeconds() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1000.0;
  }

  /** Lines of the metrics that tell how long reconciliations took. */
  List<String> reconcileTimes() throws IOException, InterruptedException {
    return get("/q/metrics")
        .lines()
        .filter(line -> line.startsWith("modelfleet_reconcile_seconds"))
        .toList();
  }

  /**
   * Upper bound of the time that a share of a controller's reconciliations took, in seconds, by the
   * histogram's buckets.
   */
  double reconcileQuantile(String controller, double share)
      throws IOException, InterruptedException {
    Pattern bucket =
        Pattern.compile(
            "modelfleet_reconcile_seconds_bucket\\{.*controller=\"%s\".*le=\"([^\"]+)\".*} (\\S+)"
                .formatted(controller));
    var buckets = new java.util.TreeMap<Double, Double>();
    for (String line : reconcileTimes()) {
      Matcher matcher = bucket.matcher(line);
      if (matcher.matches()) {
        double bound = matcher.group(1).equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(matcher.group(1));
        buckets.merge(bound, Double.parseDouble(matcher.group(2)), Double::sum);
      }
    }
    double all = buckets.lastEntry().getValue();
    return buckets.entrySet().stream()
        .filter(entry -> entry.getValue() >= share * all)
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  /** Ends it without a chance to tidy up, as a lost node does. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      kill();
    }
  }
}
