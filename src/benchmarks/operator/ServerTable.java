import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The table of a kind's objects as the API server prints it for kubectl, without the objects and
 * from the server's cache: looking on costs what is measured as little as can be.
 */
record ServerTable(KubernetesClient client, String path) {

  /** Number of rows that have a cell of this text. */
  long rowsWith(String cell) throws Exception {
    HttpRequest request =
        client
            .getHttpClient()
            .newHttpRequestBuilder()
            .uri(
                URI.create(
                    client.getMasterUrl().toString().replaceAll("/$", "")
                        + path
                        + "?resourceVersion=0&includeObject=None"))
            .header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
            .build();
    HttpResponse<String> response =
        client.getHttpClient().sendAsync(request, String.class).get(60, TimeUnit.SECONDS);
    if (response.code() != 200) {
      throw new IllegalStateException(path + " answers " + response.code());
    }
    return Pattern.compile(Pattern.quote("\"" + cell + "\""))
        .matcher(response.bodyString())
        .results()
        .count();
  }
}
