package dev.modelfleet.runtime.serve.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import java.io.IOException;

/** Typed access to the members of a JSON object while it streams by; misfits name the member. */
final class JsonFields {

  /** What to do with a member whose value the parser stands at. */
  interface Member {
    void read(String name) throws IOException;
  }

  /** What to do with an object whose start the parser stands at. */
  interface Element {
    void read(JsonParser json) throws IOException;
  }

  private JsonFields() {}

  static void expectObject(JsonParser json, JsonToken token, String what) {
    if (token != JsonToken.START_OBJECT) {
      throw ProtocolException.invalid("%s must be a JSON object", what);
    }
  }

  /** Calls {@code member} for each member of the object; null counts as an empty object. */
  static void eachMember(JsonParser json, String what, Member member) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    expectObject(json, json.currentToken(), what);
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      member.read(name);
    }
  }

  /** Calls {@code element} for each object of the array; null counts as an empty array. */
  static void eachObject(JsonParser json, String what, Element element) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw ProtocolException.invalid("%s must be an array", what);
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expectObject(json, json.currentToken(), "every element of " + what);
      element.read(json);
    }
  }

  static String text(JsonParser json, String name) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw ProtocolException.invalid("%s must be a string", name);
    }
    return json.getText();
  }

  static boolean bool(JsonParser json, String name) {
    return switch (json.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw ProtocolException.invalid("%s must be true or false", name);
    };
  }

  /** A whole number from 0 to 2⁶³−1. */
  static long count(JsonParser json, String name) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || json.getLongValue() < 0) {
      throw ProtocolException.invalid("%s must be a whole number, not negative", name);
    }
    return json.getLongValue();
  }
}
