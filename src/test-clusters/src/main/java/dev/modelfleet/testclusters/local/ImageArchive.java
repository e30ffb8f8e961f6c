package dev.modelfleet.testclusters.local;

import dev.modelfleet.testclusters.ClusterException;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.host.HostCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** Images of one layer, made from files of the host, as archives that containerd imports. */
final class ImageArchive {
  private static final List<String> REPRODUCIBLE =
      List.of("--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0");

  private static final Set<String> CRASHING = Set.of("wget", "nslookup", "ping", "telnet", "nc");

  private ImageArchive() {}

  /** An image that runs one static program as {@code /pause}. */
  static Path pause(Path program, Path folder) {
    Path root = folder.resolve("pause");
    copy(program, root.resolve("pause"));
    return write(root, NodeFiles.PAUSE_IMAGE, "\"/pause\"", folder.resolve("pause.tar"));
  }

  /**
   * An image with a shell, the usual programs and {@code fetch}. Debian's static busybox crashes
   * when it looks a name up, so the programs that would are left out.
   */
  static Path shell(Path busybox, Path fetch, Path folder) {
    Path root = folder.resolve("busybox");
    Path bin = root.resolve("bin");
    copy(busybox, bin.resolve("busybox"));
    copy(fetch, bin.resolve("fetch"));
    try {
      for (String applet : HostCommand.run(busybox.toString(), "--list").lines().toList()) {
        if (!applet.equals("busybox") && !CRASHING.contains(applet)) {
          Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
      }
      Path temporary = Files.createDirectories(root.resolve("tmp"));
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
    } catch (IOException e) {
      throw new ClusterException("Cannot lay out the busybox image in " + root, e);
    }
    return write(root, TestCluster.BUSYBOX_IMAGE, "\"/bin/sh\"", folder.resolve("busybox.tar"));
  }

  private static Path write(Path root, String reference, String command, Path archive) {
    Path image = archive.resolveSibling(archive.getFileName() + ".parts");
    try {
      Files.createDirectories(image);
      Path layer = image.resolve("layer.tar");
      tar(layer, root);
      String config =
          """
          {"architecture":"%s","os":"linux","config":{"Cmd":[%s],"Env":["PATH=/bin"]},\
          "rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}"""
              .formatted(architecture(), command, sha256(layer));
      Files.writeString(image.resolve("config.json"), config);
      Files.writeString(
          image.resolve("manifest.json"),
          """
          [{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]"""
              .formatted(reference));
      tar(archive, image);
      return archive;
    } catch (IOException e) {
      throw new ClusterException("Cannot write the image archive " + archive, e);
    }
  }

  private static void tar(Path archive, Path folder) {
    List<String> command = new ArrayList<>(List.of("tar"));
    command.addAll(REPRODUCIBLE);
    command.addAll(List.of("-cf", archive.toString(), "-C", folder.toString(), "."));
    HostCommand.run(command);
  }

  private static void copy(Path program, Path target) {
    try {
      Files.createDirectories(target.getParent());
      Files.copy(program, target);
    } catch (IOException e) {
      throw new ClusterException("Cannot copy %s to %s".formatted(program, target), e);
    }
  }

  private static String sha256(Path file) throws IOException {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String architecture() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }
}
