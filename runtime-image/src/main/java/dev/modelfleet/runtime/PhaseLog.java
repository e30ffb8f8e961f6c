package dev.modelfleet.runtime;

import dev.modelfleet.artifact.FailureReason;
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

  /** Does a phase that gives no result. */
  public void phase(String name, Runnable work) {
    phase(
        name,
        () -> {
          work.run();
          return null;
        });
  }

  /** Logs a line that belongs to no phase of its own. */
  public void say(String text) {
    out.printf(Locale.ROOT, "[%6.2fs] %s%n", seconds(start), text);
  }

  /** Logs a failure; the stack only where it is a defect that someone must find. */
  public void failure(FailureException e) {
    say("failed: " + e.describe());
    if (e.reason() == FailureReason.INTERNAL_ERROR) {
      e.printStackTrace(out);
    }
  }

  private void line(String name, long begin, String suffix) {
    say(String.format(Locale.ROOT, "%s: %.2f s%s", name, seconds(begin), suffix));
  }

  private static double seconds(long since) {
    return Duration.ofNanos(System.nanoTime() - since).toMillis() / 1000.0;
  }
}
