package dev.modelfleet.runtime.oci;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.modelfleet.runtime.remote.RemoteException;
import dev.modelfleet.runtime.remote.RemoteException.Kind;
import java.io.IOException;

/** JSON of registries: members that we do not know are permitted, as their standard asks for. */
final class OciJson {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  private OciJson() {}

  static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot write " + value, e);
    }
  }

  static <T> T read(byte[] json, Class<T> type, Object where) {
    try {
      T value = MAPPER.readValue(json, type);
      if (value == null) {
        throw new RemoteException(Kind.PROTOCOL, where + " holds no " + type.getSimpleName());
      }
      return value;
    } catch (IOException e) {
      throw new RemoteException(
          Kind.PROTOCOL,
          where + " is not a valid " + type.getSimpleName() + ": " + e.getMessage(),
          e);
    }
  }
}
