package dev.modelfleet.runtime.serve.grpc;

import dev.modelfleet.runtime.serve.grpc.proto.DataType;
import dev.modelfleet.runtime.serve.grpc.proto.InferStatistics;
import dev.modelfleet.runtime.serve.grpc.proto.ModelConfig;
import dev.modelfleet.runtime.serve.grpc.proto.ModelConfigResponse;
import dev.modelfleet.runtime.serve.grpc.proto.ModelMetadataResponse;
import dev.modelfleet.runtime.serve.grpc.proto.ModelStatistics;
import dev.modelfleet.runtime.serve.grpc.proto.ModelStatisticsResponse;
import dev.modelfleet.runtime.serve.grpc.proto.ModelVersionPolicy;
import dev.modelfleet.runtime.serve.grpc.proto.StatisticDuration;
import dev.modelfleet.runtime.serve.metrics.ModelStatistics.Timing;
import dev.modelfleet.runtime.serve.model.ServedModel;
import dev.modelfleet.runtime.serve.model.ServingOptions;
import dev.modelfleet.runtime.serve.model.VersionPolicy;
import dev.modelfleet.runtime.serve.protocol.ModelMetadata;
import dev.modelfleet.runtime.serve.protocol.TensorSpec;
import java.util.Arrays;
import java.util.List;

/** The messages that tell of models. */
final class DescriptionMessages {

  private DescriptionMessages() {}

  static ModelMetadataResponse metadata(ModelMetadata model, List<String> versions) {
    return ModelMetadataResponse.newBuilder()
        .setName(model.name())
        .addAllVersions(versions)
        .setPlatform(model.platform())
        .addAllInputs(model.inputs().stream().map(DescriptionMessages::tensor).toList())
        .addAllOutputs(model.outputs().stream().map(DescriptionMessages::tensor).toList())
        .build();
  }

  private static ModelMetadataResponse.TensorMetadata tensor(TensorSpec spec) {
    ModelMetadataResponse.TensorMetadata.Builder tensor =
        ModelMetadataResponse.TensorMetadata.newBuilder()
            .setName(spec.name())
            .setDatatype(spec.datatype().name());
    return tensor.addAllShape(dimensions(spec, 0)).build();
  }

  private static List<Long> dimensions(TensorSpec spec, int from) {
    return Arrays.stream(spec.shape().toArray()).skip(from).boxed().toList();
  }

  static ModelConfigResponse config(ServedModel served) {
    ModelMetadata model = served.metadata();
    ServingOptions options = served.options();
    int from = model.maxBatchSize() > 0 ? 1 : 0;
    ModelConfig.Builder config =
        ModelConfig.newBuilder()
            .setName(model.name())
            .setPlatform(model.platform())
            .setBackend("onnxruntime")
            .setMaxBatchSize(model.maxBatchSize());
    config.setVersionPolicy(versionPolicy(served.origin().policy()));
    config.addInstanceGroupBuilder().setName(model.name()).setCount(options.instances());
    if (options.batching().isOn()) {
      config
          .getDynamicBatchingBuilder()
          .addAllPreferredBatchSize(options.batching().preferredSizes())
          .setMaxQueueDelayMicroseconds(options.batching().maxDelayMicros())
          .setPriorityLevels(options.priorityLevels())
          .setDefaultPriorityLevel(options.priorityLevels());
    }
    for (TensorSpec input : model.inputs()) {
      config
          .addInputBuilder()
          .setName(input.name())
          .setDataType(DataType.valueOf(input.datatype().configName()))
          .addAllDims(dimensions(input, from));
    }
    for (TensorSpec output : model.outputs()) {
      config
          .addOutputBuilder()
          .setName(output.name())
          .setDataType(DataType.valueOf(output.datatype().configName()))
          .addAllDims(dimensions(output, from));
    }
    return ModelConfigResponse.newBuilder().setConfig(config).build();
  }

  private static ModelVersionPolicy versionPolicy(VersionPolicy policy) {
    ModelVersionPolicy.Builder message = ModelVersionPolicy.newBuilder();
    switch (policy) {
      case VersionPolicy.Latest(int count) -> message.getLatestBuilder().setNumVersions(count);
      case VersionPolicy.All _ -> message.getAllBuilder();
      case VersionPolicy.Specific(List<Long> versions) ->
          message.getSpecificBuilder().addAllVersions(versions);
    }
    return message.build();
  }

  static ModelStatisticsResponse statistics(List<ServedModel> models) {
    return ModelStatisticsResponse.newBuilder()
        .addAllModelStats(models.stream().map(DescriptionMessages::statistics).toList())
        .build();
  }

  private static ModelStatistics statistics(ServedModel model) {
    var statistics = model.statistics();
    ModelStatistics.Builder message =
        ModelStatistics.newBuilder()
            .setName(model.metadata().name())
            .setVersion(model.metadata().version())
            .setLastInference(statistics.lastInferenceMillis())
            .setInferenceCount(statistics.inferences.sum())
            .setExecutionCount(statistics.executions())
            .setInferenceStats(
                InferStatistics.newBuilder()
                    .setSuccess(duration(statistics.success))
                    .setFail(duration(statistics.failure))
                    .setQueue(duration(statistics.queue))
                    .setComputeInput(duration(statistics.input))
                    .setComputeInfer(duration(statistics.infer))
                    .setComputeOutput(duration(statistics.output))
                    .setCacheHit(StatisticDuration.getDefaultInstance())
                    .setCacheMiss(StatisticDuration.getDefaultInstance()));
    statistics
        .batches()
        .forEach(
            (size, batch) ->
                message
                    .addBatchStatsBuilder()
                    .setBatchSize(size)
                    .setComputeInput(duration(batch.input))
                    .setComputeInfer(duration(batch.infer))
                    .setComputeOutput(duration(batch.output)));
    return message.build();
  }

  private static StatisticDuration duration(Timing timing) {
    return StatisticDuration.newBuilder().setCount(timing.count()).setNs(timing.nanos()).build();
  }
}
