package dev.modelfleet.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/**
 * Asks an Open Inference Protocol server for the vectors of one sentence's tokens.
 *
 * @param server its address, {@code http://host:port}
 * @param model the served model's name
 */
public record InferenceClient(URI server, String model) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Infers one sample.
   *
   * @param inputs arrays of shape [1, {@value MiniLm#TOKENS}] by input name
   * @return the output {@code last_hidden_state}, row-major
   */
  public float[] infer(Map<String, long[]> inputs) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(server.resolve("/v2/models/" + model + "/infer"))
              .timeout(Duration.ofSeconds(30))
              .POST(HttpRequest.BodyPublishers.ofString(body(inputs).toString()))
              .build();
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IOException(
            "%s answered %d: %s".formatted(request.uri(), response.statusCode(), response.body()));
      }
      return values(JSON.readTree(response.body()).at("/outputs/0/data"));
    }
  }

  private static ObjectNode body(Map<String, long[]> inputs) {
    ObjectNode body = JSON.createObjectNode();
    ArrayNode tensors = body.putArray("inputs");
    inputs.forEach(
        (name, values) -> {
          ObjectNode tensor = tensors.addObject().put("name", name).put("datatype", "INT64");
          tensor.putArray("shape").add(1).add(values.length);
          ArrayNode data = tensor.putArray("data");
          for (long value : values) {
            data.add(value);
          }
        });
    return body;
  }

  private static float[] values(JsonNode data) {
    float[] values = new float[data.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) data.get(i).asDouble();
    }
    return values;
  }
}
