package dev.modelfleet.runtime.serve.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.modelfleet.runtime.serve.model.ModelRepository;
import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The repository extension over HTTP: its index, loading and unloading, off the event loop. */
final class RepositoryExchange {

  private static final JsonFactory JSON = new JsonFactory();
  private static final int MAX_BODY_BYTES = 64 << 10;

  private RepositoryExchange() {}

  /**
   * Takes the request over.
   *
   * @throws ProtocolException where its head already shows that it can't be served
   */
  static void start(Vertx vertx, HttpServerRequest request, Route route, ModelRepository models) {
    checkLength(request);
    request
        .body()
        .compose(body -> vertx.executeBlocking(() -> answer(route, body, models), false))
        .onSuccess(document -> Replies.json(request, 200, document))
        .onFailure(failure -> Replies.error(vertx, request, reason(failure)));
  }

  /** Bodies are a few bytes long; a length that is not told is not waited for. */
  private static void checkLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    boolean chunked = request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
    if (chunked || (length != null && (length.length() > 9 || number(length) > MAX_BODY_BYTES))) {
      throw new ProtocolException(
          ErrorCode.TOO_LARGE,
          "the body must have a Content-Length of at most " + MAX_BODY_BYTES + " bytes");
    }
  }

  private static long number(String length) {
    try {
      return Long.parseLong(length.trim());
    } catch (NumberFormatException e) {
      throw ProtocolException.invalid("Content-Length is '%s', must be a number", length);
    }
  }

  private static String answer(Route route, Buffer body, ModelRepository models) {
    return switch (route) {
      case Route.Load(String model) -> {
        refuseParameters(body);
        models.loadByRequest(model);
        yield "";
      }
      case Route.Unload(String model) -> {
        models.unloadByRequest(model);
        yield "";
      }
      default -> EndpointDocuments.index(models.index());
    };
  }

  /** Triton's load takes a configuration and files in the request; here both come from the disk. */
  private static void refuseParameters(Buffer body) {
    if (body.length() == 0) {
      return;
    }
    try (JsonParser json = JSON.createParser(body.getBytes())) {
      while (json.nextToken() != null) {
        boolean nested =
            json.getParsingContext().getParent() != null
                && "parameters".equals(json.getParsingContext().getParent().getCurrentName());
        if (json.currentToken() == JsonToken.FIELD_NAME && nested) {
          throw ProtocolException.invalid(
              "parameter '%s' of load is not supported: put it into the repository",
              json.currentName());
        }
      }
    } catch (JsonProcessingException e) {
      throw ProtocolException.invalid("the request is not valid JSON: %s", e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }

  private static ProtocolException reason(Throwable failure) {
    return failure instanceof ProtocolException refusal
        ? refusal
        : new ProtocolException(ErrorCode.INTERNAL, "internal error: " + failure);
  }
}
