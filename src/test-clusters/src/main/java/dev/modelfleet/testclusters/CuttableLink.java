package dev.modelfleet.testclusters;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A way to a server, through this process, that can be cut and mended. */
public final class CuttableLink implements AutoCloseable {

  private final ServerSocket listener;
  private final InetSocketAddress target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Object thaw = new Object();
  private volatile boolean cut;
  private boolean frozen;

  /** A link to a port of this host, which starts at loopback. */
  public CuttableLink(int target) {
    this(
        InetAddress.getLoopbackAddress(),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
  }

  /**
   * A link.
   *
   * @param here address of this host at which it starts
   * @param target where it ends
   */
  public CuttableLink(InetAddress here, InetSocketAddress target) {
    this.target = target;
    try {
      listener = new ServerSocket(0, 50, here);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /** The port of this end. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Where it starts, {@code host:port}. */
  public String address() {
    return listener.getInetAddress().getHostAddress() + ":" + port();
  }

  /** Breaks every connection; new ones are broken at once. */
  public void cut() {
    cut = true;
    open.forEach(CuttableLink::close);
  }

  /** Lets nothing through: connections stay open, new ones too, and nobody answers. */
  public void freeze() {
    synchronized (thaw) {
      frozen = true;
    }
  }

  /** Lets new connections through again. */
  public void mend() {
    cut = false;
    synchronized (thaw) {
      frozen = false;
      thaw.notifyAll();
    }
  }

  private void awaitThaw() throws IOException {
    synchronized (thaw) {
      while (frozen) {
        try {
          thaw.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException(e);
        }
      }
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket here = listener.accept();
        if (cut) {
          here.close();
          continue;
        }
        Socket there = new Socket(target.getAddress(), target.getPort());
        open.add(here);
        open.add(there);
        Thread.ofVirtual().start(() -> pump(here, there));
        Thread.ofVirtual().start(() -> pump(there, here));
      } catch (IOException e) {
        open.removeIf(Socket::isClosed);
      }
    }
  }

  private void pump(Socket from, Socket to) {
    try (InputStream in = from.getInputStream()) {
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        awaitThaw();
        to.getOutputStream().write(buffer, 0, n);
      }
    } catch (IOException e) {
      open.remove(from);
    } finally {
      close(from);
      close(to);
      open.remove(from);
      open.remove(to);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    cut();
    mend();
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
