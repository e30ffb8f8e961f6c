package dev.modelfleet.runtime.serve;

import static dev.modelfleet.runtime.serve.metrics.PrometheusText.labels;

import dev.modelfleet.runtime.serve.http.FrontEndContext;
import dev.modelfleet.runtime.serve.metrics.ModelStatistics;
import dev.modelfleet.runtime.serve.metrics.PrometheusText;
import dev.modelfleet.runtime.serve.model.ModelRepository;
import dev.modelfleet.runtime.serve.model.ModelSlot;
import dev.modelfleet.runtime.serve.model.ServedModel;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.ToLongFunction;

/** All metrics: those of Triton by the names it gives them, and the server's own. */
final class MetricsPage {

  private static final long NANOS_PER_MICRO = 1_000;

  private final FrontEndContext context;
  private final ModelRepository models;
  private final IntSupplier inFlight;

  MetricsPage(FrontEndContext context, IntSupplier inFlight) {
    this.context = context;
    this.models = context.models();
    this.inFlight = inFlight;
  }

  String render(boolean ready, double secondsToReady) {
    PrometheusText text = new PrometheusText();
    server(text, ready, secondsToReady);
    golden(text);
    List<ServedModel> serving =
        models.slots().stream().map(ModelSlot::serving).filter(model -> model != null).toList();
    providers(text, serving);
    concurrency(text, serving);
    counters(text, serving);
    histograms(text, serving);
    return text.toString();
  }

  private void server(PrometheusText text, boolean ready, double secondsToReady) {
    text.family("modelfleet_ready", "gauge", "1 while the server answers inference requests")
        .sample("modelfleet_ready", "", ready ? 1 : 0)
        .family(
            "modelfleet_start_to_ready_seconds",
            "gauge",
            "Time from the start of the process until it was first ready, 0 before")
        .sample("modelfleet_start_to_ready_seconds", "", secondsToReady)
        .family("modelfleet_requests_in_flight", "gauge", "Requests not yet answered")
        .sample("modelfleet_requests_in_flight", "", inFlight.getAsInt())
        .family("modelfleet_connections", "gauge", "Open connections of both protocols")
        .sample("modelfleet_connections", "", context.connections().count())
        .family("modelfleet_request_body_bytes", "gauge", "Request bodies held in memory")
        .sample("modelfleet_request_body_bytes", "", context.budget().used())
        .family("process_resident_memory_bytes", "gauge", "Resident memory of the process")
        .sample("process_resident_memory_bytes", "", ProcessFacts.residentBytes());
  }

  private void golden(PrometheusText text) {
    text.family(
        "modelfleet_golden_agreement",
        "gauge",
        "1 where the newest replay of the golden inputs agreed with the builder's outputs");
    for (ModelSlot slot : models.slots()) {
      if (slot.golden() != null) {
        text.sample("modelfleet_golden_agreement", of(slot), slot.golden().agrees() ? 1 : 0);
      }
    }
    text.family(
        "modelfleet_golden_worst_cosine",
        "gauge",
        "Smallest cosine similarity of any output in the newest replay of the golden inputs");
    for (ModelSlot slot : models.slots()) {
      if (slot.golden() != null) {
        text.sample("modelfleet_golden_worst_cosine", of(slot), slot.golden().worstCosine());
      }
    }
  }

  private void providers(PrometheusText text, List<ServedModel> serving) {
    text.family(
        "modelfleet_execution_provider",
        "gauge",
        "1 for the execution provider that runs the model; fallback tells whether it is the declared one");
    for (ServedModel model : serving) {
      String labels =
          labels(
              "model", model.metadata().name(),
              "version", model.metadata().version(),
              "provider", model.provider(),
              "fallback", Boolean.toString(!model.fallbackReason().isEmpty()));
      text.sample("modelfleet_execution_provider", labels, 1);
    }
  }

  private static void concurrency(PrometheusText text, List<ServedModel> serving) {
    text.family("modelfleet_inference_threads", "gauge", "Threads that compute one inference");
    serving.forEach(
        model -> text.sample("modelfleet_inference_threads", of(model), model.threads().threads()));
    text.family("modelfleet_instances", "gauge", "Requests that run at the same time");
    serving.forEach(
        model -> text.sample("modelfleet_instances", of(model), model.options().instances()));
  }

  private static String of(ModelSlot slot) {
    return labels("model", slot.name(), "version", slot.version());
  }

  private static String of(ServedModel model) {
    return labels("model", model.metadata().name(), "version", model.metadata().version());
  }

  private static void counters(PrometheusText text, List<ServedModel> serving) {
    counter(
        text, serving, "nv_inference_request_success", "Requests answered", s -> s.success.count());
    counter(
        text,
        serving,
        "nv_inference_request_failure",
        "Requests refused or failed",
        s -> s.failure.count());
    counter(
        text,
        serving,
        "nv_inference_count",
        "Inferences, each item of a batch one",
        s -> s.inferences.sum());
    counter(
        text, serving, "nv_inference_exec_count", "Runs of the model", ModelStatistics::executions);
    counter(
        text,
        serving,
        "nv_inference_request_duration_us",
        "Time in answered requests",
        s -> micros(s.success));
    counter(
        text,
        serving,
        "nv_inference_queue_duration_us",
        "Time that requests waited",
        s -> micros(s.queue));
    counter(
        text,
        serving,
        "nv_inference_compute_input_duration_us",
        "Time for inputs",
        s -> micros(s.input));
    counter(
        text,
        serving,
        "nv_inference_compute_infer_duration_us",
        "Time in the model",
        s -> micros(s.infer));
    counter(
        text,
        serving,
        "nv_inference_compute_output_duration_us",
        "Time for outputs",
        s -> micros(s.output));
    text.family("nv_inference_pending_request_count", "gauge", "Requests that wait");
    serving.forEach(
        model -> text.sample("nv_inference_pending_request_count", of(model), model.queueDepth()));
  }

  private static long micros(ModelStatistics.Timing timing) {
    return timing.nanos() / NANOS_PER_MICRO;
  }

  private static void counter(
      PrometheusText text,
      List<ServedModel> serving,
      String name,
      String help,
      ToLongFunction<ModelStatistics> value) {
    text.family(name, "counter", help);
    serving.forEach(model -> text.sample(name, of(model), value.applyAsLong(model.statistics())));
  }

  private static void histograms(PrometheusText text, List<ServedModel> serving) {
    text.family("modelfleet_request_duration_seconds", "histogram", "Answered requests, all of it");
    serving.forEach(
        model ->
            model
                .statistics()
                .requestDurations
                .write(text, "modelfleet_request_duration_seconds", of(model)));
    text.family("modelfleet_queue_duration_seconds", "histogram", "Answered requests, their wait");
    serving.forEach(
        model ->
            model
                .statistics()
                .queueDurations
                .write(text, "modelfleet_queue_duration_seconds", of(model)));
    text.family("modelfleet_infer_duration_seconds", "histogram", "Runs of the model");
    serving.forEach(
        model ->
            model
                .statistics()
                .inferDurations
                .write(text, "modelfleet_infer_duration_seconds", of(model)));
  }
}
