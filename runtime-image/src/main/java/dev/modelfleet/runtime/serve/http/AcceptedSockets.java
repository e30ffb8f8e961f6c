package dev.modelfleet.runtime.serve.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.impl.transports.JDKTransport;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.spi.transport.Transport;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;

/**
 * Sockets between their accept and their first request. Where HTTP/1.1 and HTTP/2 share a port,
 * Vert.x tells of a connection only once a whole head has arrived: without this a client that sends
 * one byte now and then would hold a socket for ever, uncounted.
 */
public final class AcceptedSockets {

  private final Map<Channel, Long> waiting = new ConcurrentHashMap<>();
  private final Set<Channel> listening = ConcurrentHashMap.newKeySet();
  private final int limit;

  /**
   * For so many at a time; more are closed at once.
   *
   * @param limit as that of {@link HttpLimits#maxConnections}
   */
  public AcceptedSockets(int limit) {
    this.limit = limit;
  }

  /** The system's best transport, whose servers tell of each socket that they accept. */
  public Transport transport() {
    Transport best = VertxBuilder.nativeTransport();
    return new Telling(best.isAvailable() ? best : JDKTransport.INSTANCE);
  }

  /** The protocol is known from here on: it is up to {@link Connections}. */
  public void identified(HttpConnection connection) {
    if (connection instanceof ConnectionBase base) {
      waiting.remove(base.channel());
    }
  }

  /** Takes no new socket on any port; those that are open stay so. */
  public void stopListening() {
    listening.forEach(Channel::close);
  }

  /** Closes those that have waited for longer than this. */
  void sweep(long nowNanos, Duration longest) {
    waiting.forEach(
        (socket, since) -> {
          if (nowNanos - since > longest.toNanos()) {
            socket.close();
          }
        });
  }

  @Sharable
  private final class Acceptor extends ChannelInboundHandlerAdapter {
    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      listening.add(context.channel());
      context.channel().closeFuture().addListener(closed -> listening.remove(context.channel()));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof Channel socket) {
        if (waiting.size() >= limit) {
          socket.unsafe().closeForcibly();
          return;
        }
        waiting.put(socket, System.nanoTime());
        socket.closeFuture().addListener(closed -> waiting.remove(socket));
      }
      context.fireChannelRead(message);
    }
  }

  /** All as that which it wraps, but for the handler of accepted sockets. */
  private final class Telling implements Transport {
    private final Transport wrapped;

    private Telling(Transport wrapped) {
      this.wrapped = wrapped;
    }

    @Override
    public void configure(
        NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
      wrapped.configure(options, domainSocket, bootstrap);
      bootstrap.handler(new Acceptor());
    }

    @Override
    public EventLoopGroup eventLoopGroup(
        int type, int threads, ThreadFactory factory, int ioRatio) {
      return wrapped.eventLoopGroup(type, threads, factory, ioRatio);
    }

    @Override
    public DatagramChannel datagramChannel() {
      return wrapped.datagramChannel();
    }

    @Override
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
      return wrapped.datagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
      return wrapped.channelFactory(domainSocket);
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
      return wrapped.serverChannelFactory(domainSocket);
    }
  }
}
