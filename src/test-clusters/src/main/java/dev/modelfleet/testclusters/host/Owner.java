package dev.modelfleet.testclusters.host;

import java.time.Instant;

/**
 * A process that removes a cluster at its end.
 *
 * @param pid its process id
 * @param started when it started, which tells it from a later process with the same id
 */
public record Owner(long pid, String started) {
  /** This process. */
  public static Owner self() {
    ProcessHandle self = ProcessHandle.current();
    return new Owner(self.pid(), started(self));
  }

  /** Whether it is still there. */
  public boolean alive() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .map(process -> started(process).equals(started))
        .orElse(false);
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("");
  }
}
