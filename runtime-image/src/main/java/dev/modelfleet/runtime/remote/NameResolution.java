package dev.modelfleet.runtime.remote;

import dev.modelfleet.runtime.remote.RemoteException.Kind;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Why a host name could not be resolved: whether it does not exist, or the name service did not
 * answer, as happens while a cluster's DNS starts. {@code HttpClient} does not tell.
 */
final class NameResolution {

  private NameResolution() {}

  /** Looks the name up once more to learn the cause. */
  static RemoteException failure(String host, Exception cause) {
    try {
      InetAddress.getByName(host);
      return new RemoteException(
          Kind.UNREACHABLE, "the host " + host + " had no address for a while", cause);
    } catch (UnknownHostException e) {
      return new RemoteException(kind(e.getMessage()), message(host, e.getMessage()), cause);
    }
  }

  /** The resolver's text is all that tells the two apart. */
  static Kind kind(String resolverMessage) {
    return isTemporary(resolverMessage) ? Kind.UNREACHABLE : Kind.UNKNOWN_HOST;
  }

  private static boolean isTemporary(String resolverMessage) {
    return String.valueOf(resolverMessage).contains("Temporary failure");
  }

  private static String message(String host, String resolverMessage) {
    return "the host "
        + host
        + " has no address: "
        + (isTemporary(resolverMessage) ? "the name service does not answer" : "check its name");
  }
}
