package dev.modelfleet.runtime.serve.grpc;

import com.google.protobuf.CodedInputStream;
import dev.modelfleet.runtime.serve.grpc.proto.HealthCheckRequest;
import dev.modelfleet.runtime.serve.grpc.proto.HealthCheckResponse;
import dev.modelfleet.runtime.serve.grpc.proto.HealthCheckResponse.ServingStatus;
import dev.modelfleet.runtime.serve.http.FrontEndContext;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;

/**
 * {@code grpc.health.v1} Watch: tells a service's status at once and whenever it changes, until the
 * client ends the call. Of a service that there is not it tells so and goes on, as the protocol
 * wants it.
 */
final class HealthWatch implements GrpcExchange.Method {

  private static final long PERIOD_MILLIS = 250;

  private final FrontEndContext context;
  private final HttpServerResponse response;
  private final DescriptionMethods descriptions;
  private ServingStatus told;

  HealthWatch(FrontEndContext context, HttpServerRequest request, DescriptionMethods descriptions) {
    this.context = context;
    this.response = request.response();
    this.descriptions = descriptions;
  }

  @Override
  public void accept(ByteBuf message, GrpcExchange.Answer answer) {
    String service = service(message);
    tell(service);
    context
        .vertx()
        .setPeriodic(
            PERIOD_MILLIS,
            timer -> {
              if (response.closed() || response.ended()) {
                context.vertx().cancelTimer(timer);
              } else {
                tell(service);
              }
            });
  }

  private static String service(ByteBuf message) {
    try {
      CodedInputStream input = CodedInputStream.newInstance(ByteBufUtil.getBytes(message));
      return HealthCheckRequest.parseFrom(input).getService();
    } catch (IOException e) {
      throw ProtocolException.invalid("not a HealthCheckRequest: %s", e.getMessage());
    }
  }

  private void tell(String service) {
    ServingStatus status = descriptions.status(service).orElse(ServingStatus.SERVICE_UNKNOWN);
    if (status == told) {
      return;
    }
    told = status;
    ByteBuf frame =
        GrpcReplies.frame(
            HealthCheckResponse.newBuilder().setStatus(status).build(),
            PooledByteBufAllocator.DEFAULT);
    response.write(Buffer.buffer(frame)).onComplete(written -> frame.release());
  }
}
