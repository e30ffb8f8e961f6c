package dev.modelfleet.operator.analysis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.modelfleet.operator.analysis.decide.Measurement;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks a server for the value of a query at this moment, by Prometheus' HTTP API: {@code POST
 * <address>/api/v1/query} (https://prometheus.io/docs/prometheus/latest/querying/api/). A redirect
 * is not followed, so that a token goes nowhere else, and of an answer nothing but its values and
 * Prometheus' own error message is told.
 */
public final class PrometheusClient {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final long MAX_BYTES = 1 << 20;
  private static final int MAX_ERROR = 200;

  private final HttpClient http;
  private final Duration timeout;

  /**
   * A client.
   *
   * @param timeout for connecting, and again for the whole answer
   */
  public PrometheusClient(Duration timeout) {
    this.timeout = timeout;
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(timeout)
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /**
   * Blocks until the server has answered or the time is over.
   *
   * @param address of the server
   * @param query PromQL
   * @param token sent as bearer token; null for none
   * @param time of asking, as the measurement is to have it
   */
  public Measurement ask(String address, String query, String token, Instant time)
      throws InterruptedException {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(address.replaceFirst("/+$", "") + "/api/v1/query"))
              .timeout(timeout)
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "query=" + URLEncoder.encode(query, StandardCharsets.UTF_8)));
      if (token != null) {
        request.header("Authorization", "Bearer " + token);
      }
      HttpResponse<byte[]> answer =
          http.send(request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BYTES));
      return read(address, answer, time);
    } catch (IllegalArgumentException e) {
      return new Measurement.Unanswered(
          time, address + " is not the address of a server: correct it");
    } catch (HttpTimeoutException e) {
      return new Measurement.Unanswered(
          time,
          "%s did not answer within %d s: check the address, or make the query cheaper"
              .formatted(address, timeout.toSeconds()));
    } catch (IOException e) {
      return new Measurement.Unanswered(
          time, "%s can't be reached (%s): check the address".formatted(address, describe(e)));
    }
  }

  private static Measurement read(String address, HttpResponse<byte[]> answer, Instant time) {
    JsonNode body = json(answer.body());
    if ("error".equals(body.path("status").asText())) {
      return new Measurement.Unanswered(
          time,
          "%s refused it: %s".formatted(address, bounded(body.path("error").asText("no reason"))));
    }
    int status = answer.statusCode();
    if (status != 200 || !"success".equals(body.path("status").asText())) {
      return new Measurement.Unanswered(
          time,
          status == 200
              ? address + " does not answer as Prometheus does: check the address"
              : "%s answered with status %d: check the address and the token"
                  .formatted(address, status));
    }
    return values(body.path("data"), time);
  }

  private static JsonNode json(byte[] body) {
    try {
      JsonNode read = MAPPER.readTree(body);
      return read == null ? MAPPER.missingNode() : read;
    } catch (JsonProcessingException e) {
      return MAPPER.missingNode();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Measurement values(JsonNode data, Instant time) {
    List<String> texts = new ArrayList<>();
    switch (data.path("resultType").asText()) {
      case "scalar" -> texts.add(data.path("result").path(1).asText());
      case "vector" ->
          data.path("result").forEach(one -> texts.add(one.path("value").path(1).asText()));
      default -> {
        return new Measurement.Unanswered(
            time,
            "its result is a %s: write a query that gives a scalar or a vector"
                .formatted(bounded(data.path("resultType").asText("thing without a type"))));
      }
    }
    if (texts.isEmpty()) {
      return new Measurement.Unanswered(
          time, "its result is empty: check names and labels, and that pods are scraped");
    }
    double[] values = new double[texts.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(texts.get(i));
    }
    double lowest = java.util.Arrays.stream(values).min().getAsDouble();
    double highest = java.util.Arrays.stream(values).max().getAsDouble();
    return Double.isNaN(lowest) || Double.isNaN(highest)
        ? new Measurement.Unanswered(
            time, "its value is not a number: there may be no traffic to divide by")
        : new Measurement.Values(time, lowest, highest);
  }

  /** A sample's value as Prometheus writes it. */
  private static double value(String text) {
    return switch (text) {
      case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> {
        try {
          yield Double.parseDouble(text);
        } catch (NumberFormatException e) {
          yield Double.NaN;
        }
      }
    };
  }

  private static String bounded(String text) {
    return text.length() <= MAX_ERROR ? text : text.substring(0, MAX_ERROR - 1) + "…";
  }

  private static String describe(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof java.nio.channels.UnresolvedAddressException) {
        return "unknown host";
      }
      if (cause.getMessage() != null) {
        return bounded(cause.getMessage());
      }
    }
    return "connection refused";
  }
}
