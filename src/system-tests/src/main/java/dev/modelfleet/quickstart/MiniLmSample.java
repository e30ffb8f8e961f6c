package dev.modelfleet.quickstart;

import dev.modelfleet.compression.dataset.NpzWriter;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.testclusters.Registry;
import dev.modelfleet.testclusters.TestCluster;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The sample in {@value #MANIFESTS}: its model, its data sets, its manifests, its answers. */
public final class MiniLmSample implements AutoCloseable {

  /** Folder of the manifests. */
  public static final String MANIFESTS = "src/samples/minilm";

  /** Name of the ModelDeployment and of the served model. */
  public static final String NAME = "minilm";

  /** Namespace that the manifests are applied to. */
  public static final String NAMESPACE = "default";

  private static final String VERSION = "1.0.0";
  private static final int CALIBRATION_SENTENCES = 40;
  private static final String SENTENCE =
      "The bearing of turbine seven is running hot and needs to be looked at before the storm.";

  private final Path root;
  private final TestCluster cluster;
  private final MiniLm miniLm = new MiniLm();
  private final Path files;

  /** Prepares the model's file in a temporary directory. */
  public MiniLmSample(Path root, TestCluster cluster) throws IOException {
    this.root = root;
    this.cluster = cluster;
    this.files = Files.createTempDirectory("modelfleet-minilm");
    MiniLm.writeModel(files);
  }

  /** Pushes the model, the calibration set and the evaluation set to the cluster's registry. */
  public void push() throws IOException {
    List<String> sentences = Files.readAllLines(root.resolve(MANIFESTS).resolve("sentences.txt"));
    push("models/minilm", files.resolve("model.onnx"));
    push(
        "datasets/minilm-calibration",
        dataset("calibration.npz", sentences.subList(0, CALIBRATION_SENTENCES)));
    push(
        "datasets/minilm-evaluation",
        dataset("evaluation.npz", sentences.subList(CALIBRATION_SENTENCES, sentences.size())));
  }

  private void push(String repository, Path file) {
    Push.files(cluster.registry(), repository + ":" + VERSION, file);
  }

  private Path dataset(String name, List<String> sentences) throws IOException {
    Path file = files.resolve(name);
    try (NpzWriter npz = new NpzWriter(file)) {
      for (var input : miniLm.tokens(sentences).entrySet()) {
        npz.put(
            input.getKey(), TensorData.ofLongs(input.getValue(), sentences.size(), MiniLm.TOKENS));
      }
    }
    return file;
  }

  /** Applies the manifests as a user would, with the registry that this cluster has. */
  public void apply() throws IOException {
    kubectl().run("apply", "-n", NAMESPACE, "-f", manifests().toString());
  }

  /** Deletes what {@link #apply} created. */
  public void delete() throws IOException {
    kubectl().run("delete", "-n", NAMESPACE, "--ignore-not-found", "-f", manifests().toString());
  }

  private Path manifests() throws IOException {
    String rendered = kubectl().run("kustomize", root.resolve(MANIFESTS).toString());
    return Files.writeString(
        files.resolve("manifests.yaml"),
        rendered.replace(Registry.CLUSTER_ADDRESS, cluster.registry().clusterAddress()));
  }

  private Kubectl kubectl() {
    return new Kubectl(cluster.kubectl(), cluster.kubeconfig());
  }

  /**
   * Sends a sentence to a target's Service and compares its embedding with the original model's.
   *
   * @return the cosine of the two
   */
  public double infer(KubernetesClient client, String target, PrintStream out)
      throws IOException, InterruptedException {
    Map<String, long[]> inputs = miniLm.tokens(List.of(SENTENCE));
    long[] mask = inputs.get("attention_mask");
    float[] expected = MiniLm.embedding(original(inputs), mask);
    String service = NAME + "-" + target;
    try (LocalPortForward forward =
        client.services().inNamespace(NAMESPACE).withName(service).portForward(8000)) {
      URI server = URI.create("http://127.0.0.1:" + forward.getLocalPort());
      float[] embedding = MiniLm.embedding(new InferenceClient(server, NAME).infer(inputs), mask);
      double cosine = MiniLm.cosine(embedding, expected);
      out.printf(
          "%-12s embedding [%.4f, %.4f, %.4f, …]  cosine to the original %.5f%n",
          service, embedding[0], embedding[1], embedding[2], cosine);
      return cosine;
    }
  }

  private float[] original(Map<String, long[]> inputs) {
    Map<String, TensorData> tensors =
        inputs.entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    input -> TensorData.ofLongs(input.getValue(), 1, MiniLm.TOKENS)));
    try (ModelSession session =
        ModelSession.open(files.resolve("model.onnx"), SessionOptions.cpu(2))) {
      return session.run(tensors).get("last_hidden_state").toFloats();
    }
  }

  @Override
  public void close() throws IOException {
    miniLm.close();
    try (var paths = Files.list(files)) {
      for (Path path : paths.toList()) {
        Files.delete(path);
      }
    }
    Files.delete(files);
  }
}
