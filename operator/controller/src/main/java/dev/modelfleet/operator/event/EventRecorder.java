package dev.modelfleet.operator.event;

import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.name.ResourceName;
import dev.modelfleet.operator.name.Sha256;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an object's story in Events. An Event's name is made from what it says, so that saying it
 * again, for instance after a restart, changes nothing.
 */
public final class EventRecorder {

  private static final Logger LOG = LoggerFactory.getLogger(EventRecorder.class);
  private static final int CONFLICT = 409;
  private static final int MAX_MESSAGE = 1024;

  private final KubernetesClient client;
  private final InstantSource clock;

  public EventRecorder(KubernetesClient client, InstantSource clock) {
    this.client = client;
    this.clock = clock;
  }

  /**
   * Records an Event once. An Event that can't be written is logged and does not stop the caller:
   * Events are for people, nothing depends on them.
   */
  public void record(HasMetadata about, Story story) {
    var meta = about.getMetadata();
    String id = Sha256.hex(meta.getUid() + story.type() + story.reason() + story.message());
    String time = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    String namespace = meta.getNamespace() == null ? "default" : meta.getNamespace();
    LOG.info(
        "{} {}/{}: {}: {}",
        about.getKind(),
        namespace,
        meta.getName(),
        story.reason(),
        story.message());
    var event =
        new EventBuilder()
            .withNewMetadata()
            .withName(ResourceName.of(200, meta.getName()) + "." + id.substring(0, 16))
            .withNamespace(namespace)
            .endMetadata()
            .withNewInvolvedObject()
            .withApiVersion(about.getApiVersion())
            .withKind(about.getKind())
            .withName(meta.getName())
            .withNamespace(meta.getNamespace())
            .withUid(meta.getUid())
            .endInvolvedObject()
            .withType(story.type())
            .withReason(story.reason())
            .withMessage(bounded(story.message()))
            .withNewSource(Labels.MODELFLEET, null)
            .withReportingComponent("modelfleet.dev/operator")
            .withReportingInstance("operator")
            .withFirstTimestamp(time)
            .withLastTimestamp(time)
            .withCount(1)
            .build();
    try {
      client.v1().events().inNamespace(namespace).resource(event).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != CONFLICT) {
        LOG.warn(
            "Event {} of {}/{} was not written: {}",
            story.reason(),
            namespace,
            meta.getName(),
            e.getMessage());
      }
    }
  }

  private static String bounded(String message) {
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE - 1) + "…";
  }

  /** The time, for callers that stamp what they record. */
  public Instant now() {
    return clock.instant();
  }
}
