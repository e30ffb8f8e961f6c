package dev.modelfleet.testclusters.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ToolBuildTest {
  @TempDir Path cache;

  @ParameterizedTest
  @EnumSource
  void everyModuleIsPinnedAndInTheJar(ToolModule module) {
    assertThat(ToolBuild.key(module)).matches("[0-9a-f]{16}");
  }

  @Test
  void noTwoModulesShareAFolder() {
    assertThat(Arrays.stream(ToolModule.values()).map(ToolBuild::key)).doesNotHaveDuplicates();
  }

  @Test
  void aLoneProgramIsNamedAfterItsModuleAndManyAsGoNamesThem() {
    assertThat(ToolBuild.command(ToolModule.ETCD, Path.of("/out")))
        .containsSequence("-o", "/out/etcd", "go.etcd.io/etcd/server/v3");
    assertThat(ToolBuild.command(ToolModule.CONTAINERD, Path.of("/out")))
        .contains("no_btrfs,no_devmapper,no_zfs")
        .containsSequence("-o", "/out/");
  }

  @Test
  void theCacheIsOutsideTheWorkTree() {
    assertThat(ToolBuild.userCache(Map.of("XDG_CACHE_HOME", "/x")))
        .isEqualTo(Path.of("/x/modelfleet/tools"));
    assertThat(ToolBuild.userCache(Map.of()))
        .isEqualTo(Path.of(System.getProperty("user.home"), ".cache/modelfleet/tools"));
  }

  @Test
  void buildsAtTheSameTimeShareOneResultAndLeaveNothingElse() throws Exception {
    assumeTrue(Tools.unavailable().isEmpty(), "Go is not installed");
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    List<Path> folders = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
      List<Future<Path>> builds = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        builds.add(executor.submit(() -> new ToolBuild(cache, lines::add).folder(ToolModule.PODS)));
      }
      for (Future<Path> build : builds) {
        folders.add(build.get());
      }
    }

    assertThat(folders).containsOnly(folders.getFirst());
    assertThat(names(folders.getFirst())).containsExactlyInAnyOrder("pause", "fetch");
    assertThat(lines).filteredOn(line -> line.startsWith("Built pods")).hasSize(1);
    assertThat(names(cache))
        .containsExactlyInAnyOrder(folders.getFirst().getFileName().toString(), ".pods.lock");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    }
  }
}
