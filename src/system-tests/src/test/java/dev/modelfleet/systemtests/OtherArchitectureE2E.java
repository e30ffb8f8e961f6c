package dev.modelfleet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelfleet.quickstart.Images;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The images are built for arm64 too. They can't run here; what they say of themselves is read. */
@WithProduct
class OtherArchitectureE2E {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void theImagesAreBuiltForArm64(Product product) throws Exception {
    var registry = product.cluster().registry();
    Images images =
        Images.build(product.root(), registry.hostAddress(), registry.clusterAddress(), "arm64");
    for (Images.Image image : List.of(images.operator(), images.runtime())) {
      String path = image.repository().substring(image.repository().indexOf('/'));
      URI repository = URI.create("http://" + registry.hostAddress() + "/v2" + path + "/");
      JsonNode manifest = get(repository.resolve("manifests/" + image.digest()));
      JsonNode config =
          get(repository.resolve("blobs/" + manifest.at("/config/digest").textValue()));
      assertThat(config.path("architecture").textValue()).isEqualTo("arm64");
      assertThat(config.at("/config/User").textValue()).isEqualTo("65532:65532");
    }
  }

  private static JsonNode get(URI uri) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(uri)
              .header("Accept", "application/vnd.oci.image.manifest.v1+json")
              .build();
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(200);
      return JSON.readTree(response.body());
    }
  }
}
