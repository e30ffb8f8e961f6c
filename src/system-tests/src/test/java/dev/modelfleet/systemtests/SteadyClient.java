package dev.modelfleet.systemtests;

import dev.modelfleet.testclusters.TestCluster;
import io.fabric8.kubernetes.api.model.Service;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks a model for inferences all along, each on a new connection: through a Service over all
 * nodes, and from one of the nodes by the target's own Service, which answers from that node only.
 */
final class SteadyClient implements AutoCloseable {

  private static final String POD = "node-client";
  private static final String INFERENCE =
      "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,%d],\"data\":[%s]}]}"
          .formatted(
              TinyModel.INPUTS, String.join(",", Collections.nCopies(TinyModel.INPUTS, "1")));
  private static final int PORT = 8000;
  private static final int FIRST_PORT = 8001;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Workspace workspace;
  private final URI uri;
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final AtomicInteger answers = new AtomicInteger();
  private final Thread thread;
  private volatile boolean over;

  /**
   * Starts calling.
   *
   * @param model name of the ModelDeployment; its target is {@code edge}
   * @param node on which the second client runs
   */
  SteadyClient(Workspace workspace, String model, String node) {
    this.workspace = workspace;
    workspace.apply(objects(model, node));
    Service service =
        workspace
            .client()
            .services()
            .inNamespace(workspace.namespace())
            .withName("all-nodes")
            .waitUntilCondition(
                s -> s != null && s.getSpec().getClusterIP() != null,
                30,
                java.util.concurrent.TimeUnit.SECONDS);
    String address = service.getSpec().getClusterIP();
    this.uri = inferenceUri(address, PORT, model);
    workspace
        .client()
        .pods()
        .inNamespace(workspace.namespace())
        .withName(POD)
        .waitUntilReady(60, java.util.concurrent.TimeUnit.SECONDS);
    awaitFirstAnswer(inferenceUri(address, FIRST_PORT, model));
    this.thread = Thread.ofVirtual().start(this::call);
  }

  /** Inferences that were answered. */
  int answers() {
    return answers.get();
  }

  /** What went wrong, of both clients, until now. */
  List<String> failures() {
    String log =
        workspace.client().pods().inNamespace(workspace.namespace()).withName(POD).getLog();
    List<String> all = new java.util.ArrayList<>(failures);
    log.lines().filter(line -> !line.equals("ok")).forEach(line -> all.add("on the node: " + line));
    return all;
  }

  private static URI inferenceUri(String address, int port, String model) {
    return URI.create("http://%s:%d/v2/models/%s/infer".formatted(address, port, model));
  }

  private void call() {
    while (!over && !Thread.currentThread().isInterrupted()) {
      ask(uri)
          .ifPresentOrElse(
              failure -> failures.add(Instant.now() + " " + failure), answers::incrementAndGet);
    }
  }

  /**
   * Asks until the nodes have learned of the new Service, from when on nothing may fail. It asks
   * another port of the same Service: the kernel remembers for two minutes that a connection was
   * led nowhere, and would lead a later one from the same client port nowhere again.
   */
  private static void awaitFirstAnswer(URI first) {
    Instant limit = Instant.now().plus(LIMIT);
    Optional<String> failure = ask(first);
    while (failure.isPresent() && Instant.now().isBefore(limit)) {
      failure = ask(first);
    }
    failure.ifPresent(
        last -> {
          throw new IllegalStateException("no answer from " + first + " in " + LIMIT + ": " + last);
        });
  }

  /** What went wrong with one inference; empty where it was answered. */
  private static Optional<String> ask(URI uri) {
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(uri)
                  .timeout(TIMEOUT)
                  .POST(HttpRequest.BodyPublishers.ofString(INFERENCE))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200
          ? Optional.empty()
          : Optional.of(answer.statusCode() + ": " + answer.body());
    } catch (IOException e) {
      return Optional.of(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  private static String objects(String model, String node) {
    return """
        apiVersion: v1
        kind: Service
        metadata:
          name: all-nodes
        spec:
          selector:
            app.kubernetes.io/component: serve
            modelfleet.dev/model-deployment: %1$s
          ports:
            - {name: http, port: %6$d, targetPort: http}
            - {name: first, port: %7$d, targetPort: http}
        ---
        apiVersion: v1
        kind: Pod
        metadata:
          name: %4$s
        spec:
          nodeSelector: {kubernetes.io/hostname: %2$s}
          terminationGracePeriodSeconds: 0
          securityContext:
            runAsNonRoot: true
            runAsUser: 1000
            seccompProfile: {type: RuntimeDefault}
          containers:
            - name: client
              image: %3$s
              imagePullPolicy: IfNotPresent
              command: [/bin/sh, -c]
              args:
                - |
                  until fetch http://%1$s-edge:8000/v2/models/%1$s/infer '%5$s' >/dev/null 2>&1; do sleep 0.2; done
                  while true; do
                    if out=$(fetch http://%1$s-edge:8000/v2/models/%1$s/infer '%5$s' 2>&1); then echo ok;
                    else echo "failed: $out"; fi
                    sleep 0.2
                  done
              securityContext:
                allowPrivilegeEscalation: false
                capabilities: {drop: [ALL]}
        """
        .formatted(model, node, TestCluster.BUSYBOX_IMAGE, POD, INFERENCE, PORT, FIRST_PORT);
  }

  @Override
  public void close() {
    over = true;
    try {
      thread.join(TIMEOUT.plusSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
