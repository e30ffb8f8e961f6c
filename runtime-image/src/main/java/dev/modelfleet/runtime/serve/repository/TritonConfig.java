package dev.modelfleet.runtime.serve.repository;

import com.google.protobuf.TextFormat;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.runtime.serve.grpc.proto.DataType;
import dev.modelfleet.runtime.serve.grpc.proto.ModelConfig;
import dev.modelfleet.runtime.serve.grpc.proto.ModelDynamicBatching;
import dev.modelfleet.runtime.serve.grpc.proto.ModelInput;
import dev.modelfleet.runtime.serve.grpc.proto.ModelInstanceGroup;
import dev.modelfleet.runtime.serve.grpc.proto.ModelOutput;
import dev.modelfleet.runtime.serve.grpc.proto.ModelVersionPolicy;
import dev.modelfleet.runtime.serve.model.Batching;
import dev.modelfleet.runtime.serve.model.ModelLoadException;
import dev.modelfleet.runtime.serve.model.ServingOptions;
import dev.modelfleet.runtime.serve.model.VersionPolicy;
import dev.modelfleet.runtime.serve.protocol.ModelMetadata;
import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A model's {@code config.pbtxt}: those of Triton's fields that apply here. A field that is not
 * among them is refused by its name rather than ignored.
 */
final class TritonConfig {

  private static final String FILE = "config.pbtxt";
  private static final String BACKEND = "onnxruntime";
  private static final ModelConfig NONE = ModelConfig.getDefaultInstance();

  private final ModelConfig config;

  private TritonConfig(ModelConfig config) {
    this.config = config;
  }

  /**
   * Reads the model's configuration; a model may have none.
   *
   * @throws ModelLoadException naming the field that does not apply or has a wrong value
   */
  static TritonConfig read(Path model) throws ModelLoadException {
    Path file = model.resolve(FILE);
    if (!Files.exists(file)) {
      return new TritonConfig(NONE);
    }
    try {
      ModelConfig config = TextFormat.parse(Files.readString(file), ModelConfig.class);
      check(file, model.getFileName().toString(), config);
      return new TritonConfig(config);
    } catch (TextFormat.ParseException e) {
      throw new ModelLoadException(
          "%s, line and column %s. Of Triton's fields this server applies name, platform, backend, max_batch_size, input, output, version_policy, instance_group, dynamic_batching and default_model_filename; remove others"
              .formatted(file, reason(e)),
          e);
    } catch (IOException e) {
      throw new ModelLoadException("%s can't be read: %s".formatted(file, e), e);
    }
  }

  private static String reason(TextFormat.ParseException e) {
    return e.getMessage().replace("inference.ModelConfig.", "").replaceAll("\\s+", " ");
  }

  private static void check(Path file, String name, ModelConfig config) throws ModelLoadException {
    require(file, "name", config.getName(), name);
    require(file, "platform", config.getPlatform(), ModelMetadata.ONNX_PLATFORM);
    require(file, "backend", config.getBackend(), BACKEND);
    for (ModelInstanceGroup group : config.getInstanceGroupList()) {
      if (group.getKind() == ModelInstanceGroup.Kind.KIND_GPU) {
        throw new ModelLoadException(
            file
                + ": instance_group.kind is KIND_GPU; choose the device with --execution-provider");
      }
    }
    if (config.hasDynamicBatching() && config.getMaxBatchSize() < 1) {
      throw new ModelLoadException(
          "%s: dynamic_batching needs a max_batch_size of 1 or more, has %d"
              .formatted(file, config.getMaxBatchSize()));
    }
    ModelDynamicBatching batching = config.getDynamicBatching();
    long level = batching.getDefaultPriorityLevel();
    if (level != 0 && level != batching.getPriorityLevels()) {
      throw new ModelLoadException(
          "%s: dynamic_batching.default_priority_level is %d; requests without a priority have the last of %d levels here"
              .formatted(file, level, batching.getPriorityLevels()));
    }
  }

  private static void require(Path file, String field, String value, String expected)
      throws ModelLoadException {
    if (!value.isEmpty() && !value.equals(expected)) {
      throw new ModelLoadException(
          "%s: %s is '%s', must be '%s' or left out".formatted(file, field, value, expected));
    }
  }

  /** Name of the model's file in each version. */
  String modelFile() {
    return config.getDefaultModelFilename().isEmpty()
        ? VariantManifest.ONNX_FILE
        : config.getDefaultModelFilename();
  }

  /**
   * The versions that the policy chooses; the latest where there is no policy.
   *
   * @param present at least one, lowest first
   * @throws ModelLoadException where it chooses one that is not there
   */
  List<Long> wanted(List<Long> present) throws ModelLoadException {
    return switch (versionPolicy()) {
      case VersionPolicy.All _ -> present;
      case VersionPolicy.Latest(int count) ->
          present.subList(Math.max(0, present.size() - count), present.size());
      case VersionPolicy.Specific(List<Long> versions) -> {
        if (versions.isEmpty() || !present.containsAll(versions)) {
          throw new ModelLoadException(
              "config.pbtxt: version_policy.specific names %s, there are %s"
                  .formatted(versions, present));
        }
        yield versions;
      }
    };
  }

  /** The policy; the newest version where there is none. */
  VersionPolicy versionPolicy() {
    ModelVersionPolicy policy = config.getVersionPolicy();
    return switch (policy.getPolicyChoiceCase()) {
      case ALL -> new VersionPolicy.All();
      case SPECIFIC -> new VersionPolicy.Specific(policy.getSpecific().getVersionsList());
      default -> new VersionPolicy.Latest(Math.max(1, policy.getLatest().getNumVersions()));
    };
  }

  /**
   * The defaults, but for what is configured.
   *
   * @throws ModelLoadException naming the value that does not fit
   */
  ServingOptions options(ServingOptions defaults) throws ModelLoadException {
    if (config.equals(NONE)) {
      return defaults;
    }
    ModelDynamicBatching batching = config.getDynamicBatching();
    int instances =
        config.getInstanceGroupList().stream()
            .mapToInt(group -> Math.max(1, group.getCount()))
            .sum();
    var queue = batching.getDefaultQueuePolicy();
    try {
      return new ServingOptions(
          defaults.engine(),
          instances > 0 ? instances : defaults.instances(),
          queue.getMaxQueueSize() > 0 ? queue.getMaxQueueSize() : defaults.queueLimit(),
          (int) Math.clamp(batching.getPriorityLevels(), 1, ServingOptions.MAX_PRIORITY_LEVELS),
          queue.getDefaultTimeoutMicroseconds(),
          new Batching(
              config.getMaxBatchSize(),
              batching.getPreferredBatchSizeList(),
              batching.getMaxQueueDelayMicroseconds(),
              false),
          defaults.finiteInputs(),
          defaults.maxLatencyMillis());
    } catch (IllegalArgumentException e) {
      throw new ModelLoadException("config.pbtxt: " + e.getMessage(), e);
    }
  }

  /**
   * The declared inputs and outputs with their batch dimension.
   *
   * @throws ModelLoadException where one has no datatype
   */
  List<TensorSpec> declared() throws ModelLoadException {
    List<TensorSpec> tensors = new ArrayList<>();
    for (ModelInput input : config.getInputList()) {
      tensors.add(tensor(input.getName(), input.getDataType(), input.getDimsList()));
    }
    for (ModelOutput output : config.getOutputList()) {
      tensors.add(tensor(output.getName(), output.getDataType(), output.getDimsList()));
    }
    return tensors;
  }

  private TensorSpec tensor(String name, DataType type, List<Long> dims) throws ModelLoadException {
    if (type == DataType.TYPE_INVALID) {
      throw new ModelLoadException(
          "config.pbtxt: tensor '" + name + "' lacks data_type, for instance TYPE_FP32");
    }
    LongStream batch = config.getMaxBatchSize() > 0 ? LongStream.of(Shape.ANY) : LongStream.empty();
    long[] shape = LongStream.concat(batch, dims.stream().mapToLong(Long::longValue)).toArray();
    return new TensorSpec(
        name,
        dev.modelfleet.runtime.serve.protocol.DataType.ofConfigName(type.name()),
        Shape.of(shape));
  }
}
