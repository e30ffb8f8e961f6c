package dev.modelfleet.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** SHA-256 digests in the form of OCI: {@code sha256:} and 64 hexadecimal digits. */
public final class Sha256 {

  private static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}");

  private final MessageDigest digest = newDigest();

  /** Digest of bytes. */
  public static String of(byte[] bytes) {
    return text(newDigest().digest(bytes));
  }

  /** Digest of a file's bytes. */
  public static String of(Path file) throws IOException {
    Sha256 sha256 = new Sha256();
    try (InputStream in = Files.newInputStream(file);
        OutputStream out = sha256.tee(OutputStream.nullOutputStream())) {
      in.transferTo(out);
    }
    return sha256.value();
  }

  /** Whether the text has the form of a digest. */
  public static boolean isDigest(String text) {
    return text != null && FORM.matcher(text).matches();
  }

  /** A stream whose bytes count for this digest and go on to another stream. */
  public OutputStream tee(OutputStream out) {
    return new DigestOutputStream(out, digest);
  }

  /** Adds bytes. */
  public void update(byte[] bytes, int offset, int length) {
    digest.update(bytes, offset, length);
  }

  /** The digest of what was added; call it once. */
  public String value() {
    return text(digest.digest());
  }

  private static String text(byte[] hash) {
    return "sha256:" + HexFormat.of().formatHex(hash);
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
