package dev.modelfleet.runtime.serve.model;

import static java.util.stream.Collectors.toSet;

import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * A line of the repository's index.
 *
 * @param version empty where none is loaded
 * @param state READY or UNAVAILABLE
 * @param reason why it is unavailable
 */
public record IndexEntry(String name, String version, String state, String reason) {

  private static final String READY = "READY";
  private static final String UNAVAILABLE = "UNAVAILABLE";

  /** Those that are known, and those that are in the catalog only. */
  static List<IndexEntry> of(Collection<ModelSlot> slots, ModelCatalog catalog) {
    List<IndexEntry> entries = new ArrayList<>();
    for (ModelSlot slot : slots) {
      String state = slot.state().ready() ? READY : UNAVAILABLE;
      entries.add(new IndexEntry(slot.name(), slot.version(), state, slot.state().reason()));
    }
    Set<String> known = slots.stream().map(ModelSlot::name).collect(toSet());
    try {
      for (String name : catalog.names()) {
        if (!known.contains(name)) {
          entries.add(new IndexEntry(name, "", UNAVAILABLE, "not loaded"));
        }
      }
    } catch (ModelLoadException e) {
      throw new ProtocolException(ErrorCode.UNAVAILABLE, e.getMessage());
    }
    return entries;
  }
}
