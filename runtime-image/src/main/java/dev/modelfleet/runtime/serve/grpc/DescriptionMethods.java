package dev.modelfleet.runtime.serve.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.MessageLite;
import dev.modelfleet.runtime.serve.grpc.proto.HealthCheckRequest;
import dev.modelfleet.runtime.serve.grpc.proto.HealthCheckResponse;
import dev.modelfleet.runtime.serve.grpc.proto.HealthCheckResponse.ServingStatus;
import dev.modelfleet.runtime.serve.grpc.proto.ModelConfigRequest;
import dev.modelfleet.runtime.serve.grpc.proto.ModelMetadataRequest;
import dev.modelfleet.runtime.serve.grpc.proto.ModelReadyRequest;
import dev.modelfleet.runtime.serve.grpc.proto.ModelReadyResponse;
import dev.modelfleet.runtime.serve.grpc.proto.ModelStatisticsRequest;
import dev.modelfleet.runtime.serve.grpc.proto.RepositoryIndexResponse;
import dev.modelfleet.runtime.serve.grpc.proto.RepositoryModelLoadRequest;
import dev.modelfleet.runtime.serve.grpc.proto.RepositoryModelLoadResponse;
import dev.modelfleet.runtime.serve.grpc.proto.RepositoryModelUnloadRequest;
import dev.modelfleet.runtime.serve.grpc.proto.RepositoryModelUnloadResponse;
import dev.modelfleet.runtime.serve.grpc.proto.ServerLiveResponse;
import dev.modelfleet.runtime.serve.grpc.proto.ServerMetadataResponse;
import dev.modelfleet.runtime.serve.grpc.proto.ServerReadyResponse;
import dev.modelfleet.runtime.serve.model.IndexEntry;
import dev.modelfleet.runtime.serve.model.ModelRepository;
import dev.modelfleet.runtime.serve.model.ModelSlot;
import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.ServerIdentity;
import dev.modelfleet.runtime.serve.protocol.ServingState;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** Every method but inference: one message in, one out. */
final class DescriptionMethods {

  static final String INFERENCE_SERVICE = "inference.GRPCInferenceService";

  private static final String INDEX = INFERENCE_SERVICE + "/RepositoryIndex";
  private static final String LOAD = INFERENCE_SERVICE + "/RepositoryModelLoad";
  private static final String UNLOAD = INFERENCE_SERVICE + "/RepositoryModelUnload";

  private final ModelRepository models;
  private final Supplier<ServingState> state;
  private final String version;

  DescriptionMethods(ModelRepository models, Supplier<ServingState> state, String version) {
    this.models = models;
    this.state = state;
    this.version = version;
  }

  /**
   * Answers a call.
   *
   * @param path service and method
   * @throws IOException where the message is not the method's
   * @throws ProtocolException where there is no such method or model
   */
  MessageLite answer(String path, CodedInputStream message) throws IOException {
    return switch (path) {
      case "grpc.health.v1.Health/Check" -> health(HealthCheckRequest.parseFrom(message));
      case INFERENCE_SERVICE + "/ServerLive" ->
          ServerLiveResponse.newBuilder().setLive(true).build();
      case INFERENCE_SERVICE + "/ServerReady" ->
          ServerReadyResponse.newBuilder().setReady(state.get().ready()).build();
      case INFERENCE_SERVICE + "/ServerMetadata" ->
          ServerMetadataResponse.newBuilder()
              .setName(ServerIdentity.NAME)
              .setVersion(version)
              .addAllExtensions(ServerIdentity.EXTENSIONS)
              .build();
      case INFERENCE_SERVICE + "/ModelReady" -> ready(ModelReadyRequest.parseFrom(message));
      case INFERENCE_SERVICE + "/ModelMetadata" -> {
        ModelMetadataRequest request = ModelMetadataRequest.parseFrom(message);
        yield DescriptionMessages.metadata(
            models.serving(request.getName(), request.getVersion()).metadata(),
            models.versions(request.getName()));
      }
      case INFERENCE_SERVICE + "/ModelConfig" -> {
        ModelConfigRequest request = ModelConfigRequest.parseFrom(message);
        yield DescriptionMessages.config(models.serving(request.getName(), request.getVersion()));
      }
      case INFERENCE_SERVICE + "/ModelStatistics" ->
          statistics(ModelStatisticsRequest.parseFrom(message));
      case INDEX -> index();
      case LOAD -> {
        RepositoryModelLoadRequest request = RepositoryModelLoadRequest.parseFrom(message);
        if (request.getParametersCount() > 0) {
          throw ProtocolException.invalid(
              "parameters %s of load are not supported: put them into the repository",
              request.getParametersMap().keySet());
        }
        models.loadByRequest(request.getModelName());
        yield RepositoryModelLoadResponse.getDefaultInstance();
      }
      case UNLOAD -> {
        models.unloadByRequest(RepositoryModelUnloadRequest.parseFrom(message).getModelName());
        yield RepositoryModelUnloadResponse.getDefaultInstance();
      }
      default -> throw new ProtocolException(ErrorCode.UNSUPPORTED, "no such method: " + path);
    };
  }

  /** Whether the method takes time and must not run on an event loop. */
  static boolean isBlocking(String path) {
    return path.equals(INDEX) || path.equals(LOAD) || path.equals(UNLOAD);
  }

  private MessageLite index() {
    RepositoryIndexResponse.Builder response = RepositoryIndexResponse.newBuilder();
    for (IndexEntry entry : models.index()) {
      response
          .addModelsBuilder()
          .setName(entry.name())
          .setVersion(entry.version())
          .setState(entry.state())
          .setReason(entry.reason());
    }
    return response.build();
  }

  private MessageLite ready(ModelReadyRequest request) {
    ModelSlot slot = models.find(request.getName(), request.getVersion());
    return ModelReadyResponse.newBuilder().setReady(slot.state().ready()).build();
  }

  private MessageLite statistics(ModelStatisticsRequest request) {
    List<ModelSlot> wanted =
        request.getName().isEmpty()
            ? List.copyOf(models.slots())
            : List.of(models.find(request.getName(), request.getVersion()));
    return DescriptionMessages.statistics(
        wanted.stream().map(ModelSlot::serving).filter(Objects::nonNull).toList());
  }

  private MessageLite health(HealthCheckRequest request) {
    String service = request.getService();
    ServingStatus status =
        status(service)
            .orElseThrow(
                () ->
                    new ProtocolException(
                        ErrorCode.NOT_FOUND, "no such service: '" + service + "'"));
    return HealthCheckResponse.newBuilder().setStatus(status).build();
  }

  /** Whether a service answers; the empty name is that of the whole server. */
  Optional<ServingStatus> status(String service) {
    if (!service.isEmpty() && !service.equals(INFERENCE_SERVICE)) {
      return Optional.empty();
    }
    return Optional.of(state.get().ready() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }
}
