package dev.modelfleet.runtime.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Source;
import dev.modelfleet.runtime.FailureException;
import dev.modelfleet.runtime.Sha256;
import dev.modelfleet.runtime.oci.ArtifactPusher;
import dev.modelfleet.runtime.oci.Descriptor;
import dev.modelfleet.runtime.oci.FakeRegistry;
import dev.modelfleet.runtime.oci.FakeRegistry.Mood;
import dev.modelfleet.runtime.oci.ImageReference;
import dev.modelfleet.runtime.oci.RegistryClient;
import dev.modelfleet.runtime.oci.TarBuilder;
import dev.modelfleet.runtime.oci.UnpackLimits;
import dev.modelfleet.runtime.remote.DockerCredentials;
import dev.modelfleet.runtime.remote.RemoteHttp;
import dev.modelfleet.runtime.remote.RemoteLimits;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sources of every kind arrive whole and verified, and each way to fail says which and why. */
class SourceFetcherTest {

  private static final RemoteLimits PATIENT = limits(20_000, 20_000);

  private static RemoteLimits limits(int answerMillis, int idleMillis) {
    return new RemoteLimits(
        Duration.ofSeconds(10),
        Duration.ofMillis(answerMillis),
        Duration.ofMillis(idleMillis),
        3,
        Duration.ofMillis(5));
  }

  private static final byte[] MODEL = "not really a model".getBytes(StandardCharsets.UTF_8);
  private static final String TITLE = "org.opencontainers.image.title";
  private static final String TAR = "application/vnd.oci.image.layer.v1.tar";

  @TempDir private Path temp;
  private FakeRegistry registry;
  private RemoteHttp http;
  private SourceFetcher fetcher;

  @BeforeEach
  void start() throws IOException {
    registry = new FakeRegistry();
    use(temp.resolve("absent.json"), PATIENT);
  }

  @AfterEach
  void stop() {
    http.close();
    registry.close();
  }

  private void use(Path credentials, RemoteLimits limits) {
    http = new RemoteHttp(Set.of(registry.authority()), new DockerCredentials(credentials), limits);
    fetcher = new SourceFetcher(http, new UnpackLimits(10_000, 20));
  }

  private FetchedFiles fetch(String uri, String digest) {
    return fetcher.fetch("model", new Source(uri, digest), temp.resolve("to"));
  }

  private String oci(String name) {
    return "oci://" + registry.authority() + "/models/" + name;
  }

  private FailureException failure(String uri, String digest) {
    return catchThrowableOfType(FailureException.class, () -> fetch(uri, digest));
  }

  private String pushModel() {
    Descriptor layer = registry.putBlob("application/octet-stream", MODEL, Map.of(TITLE, "m.onnx"));
    registry.putArtifact("models/m", "1", layer);
    return Sha256.of(registry.manifest("models/m", "1"));
  }

  @Test
  void pushedFilesComeBackByTagAndByDigest() throws IOException {
    Path model = Files.write(temp.resolve("model.onnx"), MODEL);
    Path readme = Files.writeString(temp.resolve("README.md"), "read me");
    ArtifactPusher pusher = new ArtifactPusher(new RegistryClient(http));
    ImageReference reference = ImageReference.parse(oci("m:1"));
    String digest = pusher.push(reference, "application/x", List.of(model, readme));

    assertThat(pusher.push(reference, "application/x", List.of(model, readme))).isEqualTo(digest);
    assertThat(fetch(oci("m:1"), null).source().digest()).isEqualTo(digest);
    assertThat(fetch(oci("m:1"), digest).model()).hasBinaryContent(MODEL).hasFileName("model.onnx");
  }

  @Test
  void anUploadThatBreaksOffIsStartedAnew() throws IOException {
    Path model = Files.write(temp.resolve("model.onnx"), MODEL);
    registry.mood(Mood.DROPPING_ONCE);

    new ArtifactPusher(new RegistryClient(http))
        .push(ImageReference.parse(oci("m:1")), "application/x", List.of(model));

    registry.mood(Mood.WILLING);
    assertThat(fetch(oci("m:1"), null).model()).hasBinaryContent(MODEL);
    assertThat(registry.requests()).filteredOn(r -> r.startsWith("POST")).hasSize(3);
  }

  @Test
  void aMovedTagStillGivesWhatWasPinned() {
    String digest = pushModel();
    registry.putArtifact(
        "models/m", "1", registry.putBlob("x/y", "other".getBytes(), Map.of(TITLE, "m.onnx")));

    assertThat(fetch(oci("m:1"), digest).model()).hasBinaryContent(MODEL);
  }

  @Test
  void tarLayersAreUnpacked() {
    byte[] tar = new TarBuilder().file("./models/model.onnx", MODEL).build();
    byte[] gzip = new TarBuilder().file("weights.bin", MODEL).gzip();
    registry.putArtifact(
        "models/m",
        "1",
        registry.putBlob(TAR, tar, Map.of()),
        registry.putBlob(TAR + "+gzip", gzip, Map.of()));

    FetchedFiles fetched = fetch(oci("m:1"), null);

    assertThat(fetched.model()).hasBinaryContent(MODEL);
    assertThat(fetched.path().resolve("weights.bin")).hasBinaryContent(MODEL);
  }

  @ParameterizedTest(name = "{0} pulls with credentials and is refused without")
  @CsvSource({"TOKEN", "BASIC"})
  void credentialsAreUsedWhereTheRegistryAsks(Mood mood) throws IOException {
    pushModel();
    registry.mood(mood);
    FailureException refused = failure(oci("m:1"), null);
    assertThat(refused.reason()).isEqualTo(FailureReason.REGISTRY_AUTH);
    assertThat(refused).hasMessageContaining(oci("m:1")).hasMessageContaining("secret");

    String config =
        "{\"auths\": {\"http://%s/v2/\": {\"username\": \"user\", \"password\": \"secret\"}}}"
            .formatted(registry.authority());
    use(Files.writeString(temp.resolve("config.json"), config), PATIENT);

    assertThat(fetch(oci("m:1"), null).model()).hasBinaryContent(MODEL);
  }

  @Test
  void aBusyRegistryIsAskedAgain() {
    pushModel();
    registry.mood(Mood.BUSY_TWICE);

    assertThat(fetch(oci("m:1"), null).model()).hasBinaryContent(MODEL);
  }

  @ParameterizedTest(name = "{0} gives {1}")
  @CsvSource(
      textBlock =
          """
          BUSY,     SourceUnreachable, 503 (busy)
          SILENT,   SourceUnreachable, did not answer in time
          STALLING, SourceUnreachable, nothing arrived for 300 ms
          LYING,    DigestMismatch,    is not what it should be
          """)
  void registriesThatMisbehave(Mood mood, String reason, String message) {
    pushModel();
    registry.mood(mood);
    use(temp.resolve("absent.json"), limits(mood == Mood.SILENT ? 300 : 20_000, 300));

    FailureException failure = failure(oci("m:1"), null);

    assertThat(failure.reason()).isEqualTo(reason(reason));
    assertThat(failure).hasMessageContaining(message).hasMessageContaining(oci("m:1"));
    assertThat(temp.resolve("to"))
        .satisfiesAnyOf(
            to -> assertThat(to).doesNotExist(), to -> assertThat(to).isEmptyDirectory());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      textBlock =
          """
          oci://REGISTRY/models/none:1,        SourceNotFound,    check repository and tag
          oci://REGISTRY/Models:1,             InvalidRequest,    is not an OCI reference
          oci://127.0.0.1:1/m:1,               SourceUnreachable, refused the connection
          http://REGISTRY/none,                SourceNotFound,    answered HTTP 404
          http://127.0.0.1:1/model.onnx,       InvalidRequest,    plain HTTP is spoken only
          https://user:pw@host/model.onnx,     InvalidRequest,    credentials do not belong
          s3://bucket/model.onnx,              InvalidRequest,    'scheme is not supported: use oci://'
          model.onnx,                          InvalidRequest,    names no host
          file:///nowhere/model.onnx,          SourceNotFound,    does not exist
          """)
  void sourcesThatCannotBeHad(String uri, String reason, String message) {
    FailureException failure = failure(uri.replace("REGISTRY", registry.authority()), null);

    assertThat(failure.reason()).isEqualTo(reason(reason));
    assertThat(failure).hasMessageContaining(message);
  }

  @Test
  void plainHttpBehindAnHttpsUriIsNamed() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.startVirtualThread(() -> answerPlainly(server));

      FailureException failure =
          failure("https://127.0.0.1:" + server.getLocalPort() + "/model.onnx", null);

      assertThat(failure.reason()).isEqualTo(FailureReason.SOURCE_UNREACHABLE);
      assertThat(failure).hasMessageContaining("does not speak TLS");
    }
  }

  /** As a real server would: answers what each connection sends, here the start of a handshake. */
  private static void answerPlainly(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        socket.getInputStream().readNBytes(100);
        socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        // The client hung up, or the test is over.
        continue;
      }
    }
  }

  @Test
  void aDigestOfTheWrongFormIsRefused() {
    assertThat(failure(oci("m:1"), "md5:1").reason()).isEqualTo(FailureReason.INVALID_REQUEST);
  }

  @Test
  void anIndexOfSeveralImagesIsRefused() {
    registry.putManifest("models/m", "1", "{\"schemaVersion\":2,\"manifests\":[]}".getBytes());

    assertThat(failure(oci("m:1"), null)).hasMessageContaining("name the digest of one of them");
  }

  @Test
  void aFileIsCheckedAgainstItsDigest() throws IOException {
    Path model = Files.write(temp.resolve("m.onnx"), MODEL);

    assertThat(fetch(model.toUri().toString(), Sha256.of(MODEL)).model()).isEqualTo(model);

    FailureException failure = failure(model.toUri().toString(), Sha256.of(new byte[0]));
    assertThat(failure.reason()).isEqualTo(FailureReason.DIGEST_MISMATCH);
    assertThat(failure).hasMessageContaining(Sha256.of(MODEL));
  }

  @Test
  void aDirectoryMustHoldOneModel() throws IOException {
    Path directory = Files.createDirectory(temp.resolve("volume"));
    Files.write(directory.resolve("notes.txt"), MODEL);
    FetchedFiles fetched = fetch(directory.toUri().toString(), null);

    FailureException none = catchThrowableOfType(FailureException.class, fetched::model);
    assertThat(none.reason()).isEqualTo(FailureReason.INVALID_MODEL);
    assertThat(none).hasMessageContaining("no *.onnx").hasMessageContaining("notes.txt");

    Files.write(directory.resolve("a.onnx"), MODEL);
    assertThat(fetched.model()).hasFileName("a.onnx");

    Files.write(directory.resolve("b.onnx"), MODEL);
    assertThat(catchThrowableOfType(FailureException.class, fetched::model))
        .hasMessageContaining("a.onnx, b.onnx");
    assertThat(catchThrowableOfType(FailureException.class, fetched::dataset).reason())
        .isEqualTo(FailureReason.DATASET_MISMATCH);
  }

  private static FailureReason reason(String name) {
    return ContractJson.read("\"" + name + "\"", FailureReason.class);
  }
}
