package dev.modelfleet.runtime.serve.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;

/** Who may ask: anybody, or who shows the bearer token. Health can be asked by all. */
public final class Access {

  /** Anybody may ask. */
  public static final Access OPEN = new Access(null, null);

  private static final String SCHEME = "Bearer ";

  private final Path file;
  private volatile byte[] token;

  private Access(Path file, byte[] token) {
    this.file = file;
    this.token = token;
  }

  /**
   * For those who show the token in this file, whose white space at both ends does not count.
   *
   * @throws IOException where the file can't be read or holds no token
   */
  public static Access byToken(Path file) throws IOException {
    return new Access(file, read(file));
  }

  /** The file with the token; none where anybody may ask. */
  public List<Path> files() {
    return file == null ? List.of() : List.of(file);
  }

  /**
   * Takes the token that is in the file now.
   *
   * @throws IOException where there is none; the old one holds on
   */
  public void reread() throws IOException {
    token = read(file);
  }

  private static byte[] read(Path file) throws IOException {
    String token = Files.readString(file).strip();
    if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw new IOException(file + " must hold one token of printable ASCII without spaces");
    }
    return token.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Checks a request.
   *
   * @param authorization its header of that name; null where it has none
   * @throws ProtocolException (unauthenticated) where it may not ask
   */
  public void check(String authorization) {
    byte[] expected = token;
    if (expected == null) {
      return;
    }
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw refusal("this server needs the header 'Authorization: Bearer TOKEN'");
    }
    byte[] shown =
        authorization.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
    // In constant time, so that a token can't be guessed from how long a refusal takes.
    if (!MessageDigest.isEqual(shown, expected)) {
      throw refusal("the bearer token is not this server's");
    }
  }

  private static ProtocolException refusal(String message) {
    return new ProtocolException(ErrorCode.UNAUTHENTICATED, message);
  }
}
