package dev.modelfleet.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {

  @Test
  void withoutACommandAllAreKnown() {
    assertThat(Main.commandLine("--help").getSubcommands())
        .containsOnlyKeys("build", "probe", "serve", "push", "pull");
  }

  @ParameterizedTest
  @ValueSource(strings = {"build", "probe", "serve", "push", "pull"})
  void onlyTheCommandAskedForIsLoaded(String command) {
    CommandLine commandLine = Main.commandLine(command, "--help");
    StringWriter out = new StringWriter();
    commandLine.setOut(new PrintWriter(out));

    assertThat(commandLine.getSubcommands()).containsOnlyKeys(command);
    assertThat(commandLine.execute(command, "--help")).isZero();
    assertThat(out.toString()).contains("Usage: modelfleet-runtime " + command);
  }

  @Test
  void anUnknownCommandIsRefused() {
    CommandLine commandLine = Main.commandLine("compress");
    StringWriter err = new StringWriter();
    commandLine.setErr(new PrintWriter(err));

    assertThat(commandLine.execute("compress")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("compress");
  }
}
