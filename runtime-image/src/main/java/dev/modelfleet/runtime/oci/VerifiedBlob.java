package dev.modelfleet.runtime.oci;

import dev.modelfleet.runtime.Sha256;
import dev.modelfleet.runtime.remote.RemoteException;
import dev.modelfleet.runtime.remote.RemoteException.Kind;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The content of a blob while it arrives. It never gives more bytes than the descriptor says;
 * {@link #verifyToEnd} tells whether they were the right ones.
 */
public final class VerifiedBlob extends FilterInputStream {

  private final Sha256 sha256 = new Sha256();
  private final Descriptor blob;
  private final ImageReference where;
  private long left;

  VerifiedBlob(InputStream in, Descriptor blob, ImageReference where) {
    super(in);
    this.blob = blob;
    this.where = where;
    this.left = blob.size();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (left == 0) {
      return -1;
    }
    int count = in.read(into, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw new EOFException("the blob ended " + left + " bytes early");
    }
    left -= count;
    sha256.update(into, offset, count);
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    return readNBytes((int) Math.min(count, 1 << 16)).length;
  }

  @Override
  public int available() {
    return 0;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  /** Reads what is left and compares size and digest. */
  void verifyToEnd() throws IOException {
    transferTo(OutputStream.nullOutputStream());
    if (in.read() >= 0) {
      throw corrupt("it is longer than its descriptor says (" + blob.size() + " bytes)");
    }
    String digest = sha256.value();
    if (!digest.equals(blob.digest())) {
      throw corrupt("its bytes have the digest " + digest);
    }
  }

  private RemoteException corrupt(String what) {
    return new RemoteException(
        Kind.DIGEST_MISMATCH,
        "blob " + blob.digest() + " of " + where + " is not what it should be: " + what);
  }
}
