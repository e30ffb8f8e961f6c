package dev.modelfleet.runtime.serve;

import dev.modelfleet.runtime.serve.http.AcceptedSockets;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.impl.VertxBuilder;
import java.util.concurrent.TimeUnit;

/** Vert.x, reduced to what a server of tensors needs: few threads, no files, no DNS. */
final class EventLoops {

  private static final int DECODERS = 2;
  private static final long BLOCKED_CHECK_SECONDS = 5;

  private EventLoops() {}

  /**
   * New ones.
   *
   * @param accepted is told of every socket
   */
  static Vertx create(AcceptedSockets accepted) {
    System.setProperty("vertx.disableDnsResolver", "true");
    int processors = Runtime.getRuntime().availableProcessors();
    VertxOptions options =
        new VertxOptions()
            .setEventLoopPoolSize(Math.max(1, processors / 2))
            .setWorkerPoolSize(DECODERS)
            .setInternalBlockingPoolSize(1)
            .setBlockedThreadCheckInterval(BLOCKED_CHECK_SECONDS)
            .setBlockedThreadCheckIntervalUnit(TimeUnit.SECONDS)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false));
    return new VertxBuilder(options).findTransport(accepted.transport()).init().vertx();
  }
}
