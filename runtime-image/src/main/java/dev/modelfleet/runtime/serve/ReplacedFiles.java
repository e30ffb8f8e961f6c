package dev.modelfleet.runtime.serve;

import dev.modelfleet.runtime.serve.model.FilesState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Files that are replaced while the server runs, as Kubernetes does with mounted Secrets. */
final class ReplacedFiles {

  /** Takes the new files. */
  interface Reader {
    void reread() throws IOException;
  }

  private final String what;
  private final List<Path> files;
  private final Reader reader;
  private final ServeLog log;
  private FilesState seen;

  /**
   * As the files are now.
   *
   * @param what they are, for the log
   */
  ReplacedFiles(String what, List<Path> files, Reader reader, ServeLog log) {
    this.what = what;
    this.files = files;
    this.reader = reader;
    this.log = log;
    this.seen = state();
  }

  /** Has them read again if they have changed. Not for an event loop. */
  synchronized void check() {
    FilesState now = state();
    if (now == null || now.equals(seen)) {
      return;
    }
    // Also where reading fails: it is tried again when they change again.
    seen = now;
    try {
      reader.reread();
      log.info(what + " replaced: in use from now on");
    } catch (IOException e) {
      log.error(what + " replaced, but the old ones stay in use: " + e.getMessage());
    }
  }

  /** Null while one is not there, as between the two halves of a replacement. */
  private FilesState state() {
    try {
      return FilesState.of(files);
    } catch (IOException e) {
      return null;
    }
  }
}
