package dev.modelfleet.runtime.serve.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.modelfleet.runtime.serve.metrics.ModelStatistics;
import dev.modelfleet.runtime.serve.model.IndexEntry;
import dev.modelfleet.runtime.serve.model.ServedModel;
import dev.modelfleet.runtime.serve.model.ServingOptions;
import dev.modelfleet.runtime.serve.model.VersionPolicy;
import dev.modelfleet.runtime.serve.protocol.ModelMetadata;
import dev.modelfleet.runtime.serve.protocol.ServerIdentity;
import dev.modelfleet.runtime.serve.protocol.ServingState;
import dev.modelfleet.runtime.serve.protocol.TensorSpec;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** The JSON bodies of everything but inference. */
final class EndpointDocuments {

  private static final JsonFactory JSON = new JsonFactory();

  private interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  private EndpointDocuments() {}

  static String error(String message) {
    return object(json -> json.writeStringField("error", message));
  }

  static String live() {
    return object(json -> json.writeBooleanField("live", true));
  }

  static String ready(ServingState state) {
    return object(
        json -> {
          json.writeBooleanField("ready", state.ready());
          reason(json, state);
        });
  }

  static String modelReady(String model, ServingState state) {
    return object(
        json -> {
          json.writeStringField("name", model);
          json.writeBooleanField("ready", state.ready());
          reason(json, state);
        });
  }

  /** A body that says no is an error to clients that look for one: it has the reason twice. */
  private static void reason(JsonGenerator json, ServingState state) throws IOException {
    if (!state.ready()) {
      json.writeStringField("reason", state.reason());
      json.writeStringField("error", state.reason());
    }
  }

  static String server(String version) {
    return object(
        json -> {
          json.writeStringField("name", ServerIdentity.NAME);
          json.writeStringField("version", version);
          json.writeArrayFieldStart("extensions");
          for (String extension : ServerIdentity.EXTENSIONS) {
            json.writeString(extension);
          }
          json.writeEndArray();
        });
  }

  /** As the repository extension lists models: an array. */
  static String index(List<IndexEntry> entries) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartArray();
      for (IndexEntry entry : entries) {
        json.writeStartObject();
        json.writeStringField("name", entry.name());
        json.writeStringField("version", entry.version());
        json.writeStringField("state", entry.state());
        json.writeStringField("reason", entry.reason());
        json.writeEndObject();
      }
      json.writeEndArray();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return text.toString();
  }

  static String metadata(ModelMetadata model, List<String> versions) {
    return object(
        json -> {
          json.writeStringField("name", model.name());
          json.writeArrayFieldStart("versions");
          for (String version : versions) {
            json.writeString(version);
          }
          json.writeEndArray();
          json.writeStringField("platform", model.platform());
          tensors(json, "inputs", model.inputs());
          tensors(json, "outputs", model.outputs());
        });
  }

  private static void tensors(JsonGenerator json, String field, List<TensorSpec> specs)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (TensorSpec spec : specs) {
      json.writeStartObject();
      json.writeStringField("name", spec.name());
      json.writeStringField("datatype", spec.datatype().name());
      dimensions(json, "shape", spec, 0);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void dimensions(JsonGenerator json, String field, TensorSpec spec, int from)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (int i = from; i < spec.shape().rank(); i++) {
      json.writeNumber(spec.shape().dimension(i));
    }
    json.writeEndArray();
  }

  /** As Triton writes its ModelConfig; dimensions lack the batch axis where there is batching. */
  static String config(ServedModel served) {
    ModelMetadata model = served.metadata();
    return object(
        json -> {
          json.writeStringField("name", model.name());
          json.writeStringField("platform", model.platform());
          json.writeStringField("backend", "onnxruntime");
          versionPolicy(json, served.origin().policy());
          json.writeNumberField("max_batch_size", model.maxBatchSize());
          configTensors(json, "input", model.inputs(), model.maxBatchSize());
          configTensors(json, "output", model.outputs(), model.maxBatchSize());
          json.writeArrayFieldStart("instance_group");
          json.writeStartObject();
          json.writeStringField("name", model.name());
          json.writeNumberField("count", served.options().instances());
          json.writeEndObject();
          json.writeEndArray();
          if (served.options().batching().isOn()) {
            dynamicBatching(json, served.options());
          }
        });
  }

  private static void versionPolicy(JsonGenerator json, VersionPolicy policy) throws IOException {
    json.writeObjectFieldStart("version_policy");
    switch (policy) {
      case VersionPolicy.Latest(int count) -> {
        json.writeObjectFieldStart("latest");
        json.writeNumberField("num_versions", count);
      }
      case VersionPolicy.All _ -> json.writeObjectFieldStart("all");
      case VersionPolicy.Specific(List<Long> versions) -> {
        json.writeObjectFieldStart("specific");
        json.writeArrayFieldStart("versions");
        for (long version : versions) {
          json.writeNumber(version);
        }
        json.writeEndArray();
      }
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void dynamicBatching(JsonGenerator json, ServingOptions options)
      throws IOException {
    json.writeObjectFieldStart("dynamic_batching");
    json.writeArrayFieldStart("preferred_batch_size");
    for (int size : options.batching().preferredSizes()) {
      json.writeNumber(size);
    }
    json.writeEndArray();
    json.writeNumberField("max_queue_delay_microseconds", options.batching().maxDelayMicros());
    json.writeNumberField("priority_levels", options.priorityLevels());
    json.writeNumberField("default_priority_level", options.priorityLevels());
    json.writeEndObject();
  }

  private static void configTensors(
      JsonGenerator json, String field, List<TensorSpec> specs, int maxBatchSize)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (TensorSpec spec : specs) {
      json.writeStartObject();
      json.writeStringField("name", spec.name());
      json.writeStringField("data_type", spec.datatype().configName());
      dimensions(json, "dims", spec, maxBatchSize > 0 ? 1 : 0);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** One model's statistics. */
  record StatisticsOf(ModelMetadata model, ModelStatistics statistics) {}

  /** As Triton writes its ModelStatistics, with counts as JSON numbers. */
  static String statistics(List<StatisticsOf> models) {
    return object(
        json -> {
          json.writeArrayFieldStart("model_stats");
          for (StatisticsOf model : models) {
            statistics(json, model.model(), model.statistics());
          }
          json.writeEndArray();
        });
  }

  private static void statistics(
      JsonGenerator json, ModelMetadata model, ModelStatistics statistics) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", model.name());
    json.writeStringField("version", model.version());
    json.writeNumberField("last_inference", statistics.lastInferenceMillis());
    json.writeNumberField("inference_count", statistics.inferences.sum());
    json.writeNumberField("execution_count", statistics.executions());
    json.writeObjectFieldStart("inference_stats");
    timing(json, "success", statistics.success);
    timing(json, "fail", statistics.failure);
    timing(json, "queue", statistics.queue);
    timing(json, "compute_input", statistics.input);
    timing(json, "compute_infer", statistics.infer);
    timing(json, "compute_output", statistics.output);
    timing(json, "cache_hit", new ModelStatistics.Timing());
    timing(json, "cache_miss", new ModelStatistics.Timing());
    json.writeEndObject();
    json.writeArrayFieldStart("batch_stats");
    for (var batch : statistics.batches().entrySet()) {
      json.writeStartObject();
      json.writeNumberField("batch_size", batch.getKey());
      timing(json, "compute_input", batch.getValue().input);
      timing(json, "compute_infer", batch.getValue().infer);
      timing(json, "compute_output", batch.getValue().output);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void timing(JsonGenerator json, String field, ModelStatistics.Timing timing)
      throws IOException {
    json.writeObjectFieldStart(field);
    json.writeNumberField("count", timing.count());
    json.writeNumberField("ns", timing.nanos());
    json.writeEndObject();
  }

  private static String object(Content content) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      content.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return text.toString();
  }
}
