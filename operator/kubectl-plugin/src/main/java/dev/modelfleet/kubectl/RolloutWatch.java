package dev.modelfleet.kubectl;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Follows one ModelDeployment and tells each change in a line. */
final class RolloutWatch {

  private final KubernetesClient client;
  private final String name;
  private final PrintWriter out;
  private final Instant start = Instant.now();

  /** What is seen; empty once the object is gone. */
  private final BlockingQueue<Optional<ModelDeployment>> seen = new LinkedBlockingQueue<>();

  RolloutWatch(KubernetesClient client, String name, PrintWriter out) {
    this.client = client;
    this.name = name;
    this.out = out;
  }

  /**
   * Waits.
   *
   * @return the object as it was seen last: its rollout is over, or the deadline has passed
   */
  ModelDeployment untilOver(Instant deadline) throws InterruptedException {
    try (SharedIndexInformer<ModelDeployment> informer =
        client.resources(ModelDeployment.class).withName(name).inform(new Events())) {
      ModelDeployment last = ClusterOptions.deployment(client, name);
      tell(last);
      while (RolloutVerdict.of(last) == RolloutVerdict.UNDER_WAY) {
        Optional<ModelDeployment> next = next(deadline);
        if (next == null) {
          return last;
        }
        String before = StatusText.line(last);
        last = next.orElseThrow(() -> new CommandException("ModelDeployment " + name + " is gone"));
        if (!StatusText.line(last).equals(before)) {
          tell(last);
        }
      }
      return last;
    }
  }

  private Optional<ModelDeployment> next(Instant deadline) throws InterruptedException {
    return deadline.equals(Instant.MAX)
        ? seen.take()
        : seen.poll(
            Math.max(0, Duration.between(Instant.now(), deadline).toMillis()),
            TimeUnit.MILLISECONDS);
  }

  private void tell(ModelDeployment deployment) {
    long seconds = Duration.between(start, Instant.now()).toSeconds();
    out.printf("%4d:%02d  %s%n", seconds / 60, seconds % 60, StatusText.line(deployment));
    out.flush();
  }

  private final class Events implements ResourceEventHandler<ModelDeployment> {
    @Override
    public void onAdd(ModelDeployment object) {
      seen.add(Optional.of(object));
    }

    @Override
    public void onUpdate(ModelDeployment before, ModelDeployment object) {
      seen.add(Optional.of(object));
    }

    @Override
    public void onDelete(ModelDeployment object, boolean finalStateUnknown) {
      seen.add(Optional.empty());
    }
  }
}
