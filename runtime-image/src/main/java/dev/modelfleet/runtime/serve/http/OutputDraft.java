package dev.modelfleet.runtime.serve.http;

import com.fasterxml.jackson.core.JsonParser;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.RequestedOutput;
import java.io.IOException;

/** A requested output while its members arrive. */
final class OutputDraft {

  private String name;
  private Boolean binary;
  private int classification;

  private OutputDraft() {}

  /** Reads the object at whose start the parser stands. */
  static OutputDraft read(JsonParser json) throws IOException {
    OutputDraft draft = new OutputDraft();
    JsonFields.eachMember(
        json,
        "every element of outputs",
        field -> {
          switch (field) {
            case "name" -> draft.name = JsonFields.text(json, "an output's name");
            case "parameters" ->
                JsonFields.eachMember(json, field, key -> draft.readParameter(json, key));
            default -> json.skipChildren();
          }
        });
    if (draft.name == null) {
      throw ProtocolException.invalid("every requested output needs a name");
    }
    return draft;
  }

  private void readParameter(JsonParser json, String key) throws IOException {
    switch (key) {
      case "binary_data" -> binary = JsonFields.bool(json, key);
      case "classification" ->
          classification = (int) Math.min(Integer.MAX_VALUE, JsonFields.count(json, key));
      case "shared_memory_region" ->
          throw ProtocolException.invalid("this server has no shared memory extension");
      default -> json.skipChildren();
    }
  }

  RequestedOutput toRequested(boolean binaryByDefault) {
    return new RequestedOutput(name, binary == null ? binaryByDefault : binary, classification);
  }
}
