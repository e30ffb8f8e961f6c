package dev.modelfleet.runtime;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

/** Tells what a command does: one line a phase, with how long it took. */
public final class PhaseLog {

  private final PrintStream out;
  private final long start = System.nanoTime();

  /** A log to the given stream. */
  public PhaseLog(PrintStream out) {
    this.out = out;
  }

  /** Does a phase and logs its name, its result and its duration. */
  public <T> T phase(String name, Supplier<T> work) {
    long begin = System.nanoTime();
    try {
      T result = work.get();
      line(name, begin, "");
      return result;
    } catch (RuntimeException | Error e) {
      line(name, begin, " (failed)");
      throw e;
    }
  }

  /** Logs a line that belongs to no phase of its own. */
  public void say(String text) {
    out.printf(Locale.ROOT, "[%6.2fs] %s%n", seconds(start), text);
  }

  private void line(String name, long begin, String suffix) {
    say(String.format(Locale.ROOT, "%s: %.2f s%s", name, seconds(begin), suffix));
  }

  private static double seconds(long since) {
    return Duration.ofNanos(System.nanoTime() - since).toMillis() / 1000.0;
  }
}
