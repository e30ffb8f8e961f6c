package dev.modelfleet.testclusters.tools;

import dev.modelfleet.testclusters.ClusterException;
import dev.modelfleet.testclusters.host.HostCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Builds the pinned Go modules once and keeps the programs in a cache outside the work tree, one
 * folder a module, named by the hash of everything that decides its content. A file lock keeps two
 * builds apart; a finished folder appears by one rename.
 */
public final class ToolBuild {
  private static final long PROGRESS_NANOS = 15_000_000_000L;

  private final Path cache;
  private final Consumer<String> progress;

  /**
   * A builder on {@code cache}.
   *
   * @param progress takes one line at a time, for people
   */
  public ToolBuild(Path cache, Consumer<String> progress) {
    this.cache = cache;
    this.progress = progress;
  }

  /**
   * The cache of this user: {@code $XDG_CACHE_HOME/modelfleet/tools}, {@code
   * ~/.cache/modelfleet/tools} by default.
   */
  public static Path userCache(Map<String, String> environment) {
    String configured = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path base =
        configured.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(configured);
    return base.resolve("modelfleet").resolve("tools");
  }

  /**
   * The folder with the programs of {@code module}, built now where the cache lacks it.
   *
   * @throws ClusterException when Go is missing or the build fails, with the end of its output
   */
  public Path folder(ToolModule module) {
    Path folder = cache.resolve(module.folder() + "-" + key(module));
    if (Files.isDirectory(folder)) {
      return folder;
    }
    synchronized (ToolBuild.class) {
      try {
        Files.createDirectories(cache);
        return buildLocked(module, folder);
      } catch (IOException e) {
        throw new ClusterException("Cannot write the tool cache " + cache + ": " + e, e);
      }
    }
  }

  private Path buildLocked(ToolModule module, Path folder) throws IOException {
    Path lockFile = cache.resolve("." + module.folder() + ".lock");
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = acquire(channel, module)) {
      if (Files.isDirectory(folder)) {
        return folder;
      }
      removeUnfinished(module);
      Path work = Files.createTempDirectory(cache, ".build-" + module.folder() + "-");
      try {
        Files.move(build(module, work), folder, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        HostCommand.run("rm", "-rf", work.toString());
      }
      return folder;
    }
  }

  /** Removes what killed builds left; the lock is held, so none is running. */
  private void removeUnfinished(ToolModule module) throws IOException {
    String prefix = ".build-" + module.folder() + "-";
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(cache, prefix + "*")) {
      folders.forEach(folder -> HostCommand.run("rm", "-rf", folder.toString()));
    }
  }

  private FileLock acquire(FileChannel channel, ToolModule module) throws IOException {
    FileLock lock = channel.tryLock();
    if (lock == null) {
      progress.accept("Waiting for another build of " + module.folder());
      lock = channel.lock();
    }
    return lock;
  }

  private Path build(ToolModule module, Path work) throws IOException {
    Path source = Files.createDirectory(work.resolve("source"));
    Path output = Files.createDirectory(work.resolve("bin"));
    for (String file : module.sources()) {
      Path target = source.resolve(file);
      Files.createDirectories(target.getParent());
      Files.write(target, resource(module, file));
    }
    progress.accept(
        "Building %s from its Go module (about %d s on two cores, once)"
            .formatted(module.folder(), module.seconds()));
    long start = System.nanoTime();
    compile(module, command(module, output), source);
    progress.accept(
        "Built %s in %d s".formatted(module.folder(), (System.nanoTime() - start) / 1_000_000_000));
    return output;
  }

  /** The {@code go build} command of a module, which puts its programs into {@code output}. */
  static List<String> command(ToolModule module, Path output) {
    String go = HostCommand.find("go").map(Path::toString).orElse("go");
    List<String> command =
        new ArrayList<>(List.of(go, "build", "-v", "-trimpath", "-buildvcs=false"));
    command.addAll(module.flags());
    command.add("-o");
    command.add(
        module.packages().size() == 1 ? output.resolve(module.folder()).toString() : output + "/");
    command.addAll(module.packages());
    return command;
  }

  private void compile(ToolModule module, List<String> command, Path source) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(source.toFile()).redirectErrorStream(true);
    builder.environment().put("CGO_ENABLED", "0");
    builder.environment().put("GOFLAGS", "-mod=readonly");
    Process process = builder.start();
    Deque<String> tail = new ArrayDeque<>();
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      follow(module, reader, tail);
      if (process.waitFor() != 0) {
        throw new ClusterException(
            "Building %s failed: %s".formatted(module.folder(), String.join("\n", tail)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException("Interrupted while building " + module.folder(), e);
    } finally {
      process.destroy();
    }
  }

  private void follow(ToolModule module, BufferedReader reader, Deque<String> tail)
      throws IOException {
    long start = System.nanoTime();
    long next = start + PROGRESS_NANOS;
    int lines = 0;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      lines++;
      tail.addLast(line);
      if (tail.size() > 20) {
        tail.removeFirst();
      }
      if (System.nanoTime() > next) {
        next = System.nanoTime() + PROGRESS_NANOS;
        progress.accept(
            "  %s: %d packages after %d s"
                .formatted(module.folder(), lines, (System.nanoTime() - start) / 1_000_000_000));
      }
    }
  }

  /** A hash of the module's files, packages, flags and the platform. */
  static String key(ToolModule module) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String file : module.sources()) {
        digest.update(resource(module, file));
      }
      String rest = module.packages() + "|" + module.flags() + "|" + System.getProperty("os.arch");
      digest.update(rest.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] resource(ToolModule module, String file) {
    String name = "/modelfleet-tools/" + module.folder() + "/" + file;
    try (InputStream in = ToolBuild.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new ClusterException("The jar of test-clusters lacks " + name + ": build it again");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new ClusterException("Cannot read " + name, e);
    }
  }
}
