package dev.modelfleet.testclusters;

/**
 * Levers that hurt a cluster the way the world does. Only clusters that this module built from
 * processes have them. Each lever waits until the process has really stopped or, at a start, until
 * it serves again.
 */
public interface Faults {
  /** Ends the API server at once (SIGKILL). */
  void killApiServer();

  /** Starts the API server again and waits until it is ready. */
  void startApiServer();

  /** Freezes the API server (SIGSTOP): connections stay open and nothing answers. */
  void pauseApiServer();

  /** Lets a frozen API server go on. */
  void resumeApiServer();

  /** Ends a node's kubelet at once; its containers go on running. */
  void killKubelet(String node);

  /** Starts a node's kubelet again and waits until the node is Ready. */
  void startKubelet(String node);

  /** Freezes a node's kubelet. */
  void pauseKubelet(String node);

  /** Lets a frozen kubelet go on. */
  void resumeKubelet(String node);

  /**
   * Cuts a node's network cable: it reaches nothing and nothing reaches it; its containers go on
   * running.
   */
  void cutOff(String node);

  /** Plugs a node's network cable in again. */
  void reconnect(String node);
}
