package dev.modelfleet.runtime.serve.trace;

import dev.modelfleet.runtime.serve.model.Completion;
import dev.modelfleet.runtime.serve.protocol.InferResponse;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Traces that are sent to a collector by OTLP over HTTP: a span for each request, below the one
 * that the client's {@code traceparent} names, and in it one for the queue and one for the model.
 */
public final class OtlpTraces implements Traces {

  private static final String NAME = "modelfleet-serve";
  private static final long CLOSE_SECONDS = 5;
  private static final AttributeKey<String> PROTOCOL =
      AttributeKey.stringKey("network.protocol.name");
  private static final AttributeKey<String> MODEL = AttributeKey.stringKey("modelfleet.model");
  private static final AttributeKey<String> VERSION = AttributeKey.stringKey("modelfleet.version");
  private static final AttributeKey<String> REQUEST = AttributeKey.stringKey("modelfleet.request");

  private static final TextMapGetter<UnaryOperator<String>> HEADERS =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(UnaryOperator<String> headers) {
          return List.of();
        }

        @Override
        public String get(UnaryOperator<String> headers, String name) {
          return headers == null ? null : headers.apply(name);
        }
      };

  private final SdkTracerProvider provider;
  private final Tracer tracer;

  /** Epoch nanoseconds minus {@link System#nanoTime}. */
  private final long epochOffset;

  /**
   * Starts sending.
   *
   * @param endpoint of a collector, for instance {@code http://collector:4318/v1/traces}
   * @param ratio of requests without a sampled parent that are traced, from 0 to 1; others follow
   *     their parent
   * @param version of the server
   */
  public OtlpTraces(URI endpoint, double ratio, String version) {
    this.provider =
        SdkTracerProvider.builder()
            .setResource(
                Resource.create(
                    Attributes.of(
                        AttributeKey.stringKey("service.name"), NAME,
                        AttributeKey.stringKey("service.version"), version)))
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(ratio)))
            .addSpanProcessor(
                BatchSpanProcessor.builder(
                        OtlpHttpSpanExporter.builder().setEndpoint(endpoint.toString()).build())
                    .build())
            .build();
    this.tracer = provider.get(NAME, version);
    this.epochOffset =
        TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) - System.nanoTime();
  }

  @Override
  public Completion begin(Call call, Completion completion) {
    Context parent =
        W3CTraceContextPropagator.getInstance().extract(Context.root(), call.headers(), HEADERS);
    Span span =
        tracer
            .spanBuilder("infer " + call.model())
            .setParent(parent)
            .setSpanKind(SpanKind.SERVER)
            .setStartTimestamp(epoch(call.beginNanos()), TimeUnit.NANOSECONDS)
            .setAttribute(PROTOCOL, call.protocol())
            .setAttribute(MODEL, call.model())
            .startSpan();
    return span.isRecording() ? new Traced(span, completion) : completion;
  }

  private long epoch(long nanoTime) {
    return nanoTime + epochOffset;
  }

  @Override
  public void close() {
    provider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  private final class Traced implements Completion {
    private final Span span;
    private final Completion completion;

    private Traced(Span span, Completion completion) {
      this.span = span;
      this.completion = completion;
    }

    @Override
    public void succeeded(InferResponse response) {
      InferResponse.Timing timing = response.timing();
      span.setAttribute(VERSION, response.modelVersion());
      if (response.id() != null) {
        span.setAttribute(REQUEST, response.id());
      }
      child("queue", timing.arrivedNanos(), timing.startNanos());
      child("compute", timing.startNanos(), timing.endNanos());
      completion.succeeded(response);
      span.end(epoch(System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    @Override
    public void failed(ProtocolException reason) {
      completion.failed(reason);
      span.setStatus(StatusCode.ERROR, reason.getMessage());
      span.end(epoch(System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private void child(String name, long fromNanos, long toNanos) {
      SpanBuilder child =
          tracer
              .spanBuilder(name)
              .setParent(Context.root().with(span))
              .setStartTimestamp(epoch(fromNanos), TimeUnit.NANOSECONDS);
      child.startSpan().end(epoch(toNanos), TimeUnit.NANOSECONDS);
    }
  }
}
