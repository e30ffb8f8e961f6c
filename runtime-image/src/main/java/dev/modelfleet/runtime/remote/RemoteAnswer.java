package dev.modelfleet.runtime.remote;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/**
 * An answer whose body has not been read.
 *
 * @param status HTTP status
 * @param uri where it came from, after redirects
 * @param headers of the answer
 * @param body is closed by who sent the request
 */
public record RemoteAnswer(int status, URI uri, HttpHeaders headers, InputStream body) {

  private static final int EXCERPT = 300;

  /** Reads an answer within the attempt that got it: what it throws is tried again. */
  @FunctionalInterface
  public interface Reader<T> {

    /** The value made of the answer. */
    T read(RemoteAnswer answer) throws IOException;
  }

  /** Whether the request was carried out. */
  public boolean isSuccess() {
    return status / 100 == 2;
  }

  /** Status and the first words of the body, for messages. */
  public String describe() throws IOException {
    String text =
        new String(body.readNBytes(EXCERPT), StandardCharsets.UTF_8)
            .replaceAll("\\s+", " ")
            .strip();
    return "HTTP " + status + (text.isEmpty() ? "" : " (" + text + ")");
  }
}
