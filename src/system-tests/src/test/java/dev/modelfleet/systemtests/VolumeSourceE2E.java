package dev.modelfleet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model lies on a volume. Its digest says which bytes are meant, and nothing else is built. */
@WithProduct
class VolumeSourceE2E {

  private static final String VOLUME = "volume-source-models";

  private Workspace workspace;
  private Path model;

  @BeforeEach
  void makeVolume(Product product, @TempDir Path directory) throws Exception {
    assumeTrue(
        product.cluster().faults().isPresent(),
        "the nodes of this cluster don't see the test's directory as a host path");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    model = TinyModel.write(directory.resolve("tiny.onnx"), 4);
    workspace = new Workspace(product, "volume-source");
    workspace.applyEdgeTarget("volume-edge");
    workspace.apply(
        """
        apiVersion: v1
        kind: PersistentVolume
        metadata:
          name: %1$s
        spec:
          capacity: {storage: 1Gi}
          accessModes: [ReadOnlyMany]
          storageClassName: ""
          claimRef: {name: models, namespace: %2$s}
          hostPath: {path: %3$s}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata:
          name: models
        spec:
          accessModes: [ReadOnlyMany]
          storageClassName: ""
          volumeName: %1$s
          resources: {requests: {storage: 1Gi}}
        """
            .formatted(VOLUME, workspace.namespace(), directory));
  }

  @AfterEach
  void delete() {
    if (workspace != null) {
      workspace.close();
      workspace.deleteTargets("volume-edge");
      workspace.client().persistentVolumes().withName(VOLUME).delete();
    }
  }

  @Test
  void theBytesOfTheDigestAreServed() throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(model));
    deploy("sha256:" + HexFormat.of().formatHex(hash));
    ModelDeployment ready = workspace.awaitReady("from-volume");
    assertThat(ready.getStatus().targetStatuses())
        .singleElement()
        .satisfies(target -> assertThat(target.recipe()).isEqualTo("original"));
  }

  @Test
  void otherBytesAreRefused() {
    deploy("sha256:" + "0".repeat(64));
    ModelDeployment refused =
        workspace.await(
            "from-volume",
            found ->
                Workspace.condition(found, "VariantsReady")
                    .filter(condition -> condition.reason().equals("VariantFailed"))
                    .isPresent());
    assertThat(Workspace.condition(refused, "VariantsReady"))
        .map(Condition::message)
        .hasValueSatisfying(
            message -> assertThat(message).contains("DigestMismatch", "tiny.onnx", "sha256:0000"));
  }

  private void deploy(String digest) {
    workspace.apply(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: ModelDeployment
        metadata:
          name: from-volume
        spec:
          model: {uri: "pvc://models/tiny.onnx", digest: "%s"}
          targets:
            - name: edge
              hardwareTargetRef: {name: volume-edge}
        """
            .formatted(digest));
  }
}
