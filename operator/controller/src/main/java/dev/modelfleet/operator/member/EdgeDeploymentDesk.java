package dev.modelfleet.operator.member;

import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentStatus;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/** Takes EdgeDeployments of the hub in, and gives what came of them out. */
public interface EdgeDeploymentDesk {

  /** Sets what is called when something came of an EdgeDeployment. */
  void wakeBy(Consumer<ResourceID> wake);

  /** An EdgeDeployment is there, new or changed or as before. */
  void desire(EdgeDeployment deployment);

  /** An EdgeDeployment is gone. */
  void forget(EdgeDeployment deployment);

  /** What came of it; empty where nothing is known yet, or where someone else reports it. */
  Optional<EdgeDeploymentStatus> outcome(EdgeDeployment deployment, Instant now);
}
