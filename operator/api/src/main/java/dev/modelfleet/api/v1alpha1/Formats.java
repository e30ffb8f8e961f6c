package dev.modelfleet.api.v1alpha1;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Text forms that several fields of the API share, and how collections are held. */
final class Formats {

  /** RFC 1123 label. */
  static final String DNS_LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

  /** RFC 1123 subdomain: the name of an object. */
  static final String DNS_SUBDOMAIN = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";

  /** SHA-256 digest as OCI writes it. */
  static final String DIGEST = "^sha256:[0-9a-f]{64}$";

  /** Share of at most 100 with at most four decimals. */
  static final String PERCENT = "^(100(\\.0{1,4})?|[0-9]{1,2}(\\.[0-9]{1,4})?)%$";

  /** Share that may be negative or above 1. */
  static final String SIGNED_PERCENT = "^-?[0-9]+(\\.[0-9]+)?%$";

  /** Share above 0 and below 100 with at most four decimals. */
  static final String PART = "^(0\\.[0-9]{0,3}[1-9]|[1-9][0-9]?(\\.[0-9]{1,4})?)%$";

  /** Duration as Go writes it. */
  static final String DURATION = "^([0-9]{1,9}(\\.[0-9]{1,9})?(h|m|s|ms|us|µs|ns))+$";

  /** Decimal number, perhaps with an exponent. */
  static final String DECIMAL = "^-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?$";

  /** A model's or data set's URI. */
  static final String SOURCE_URI = "^(oci|https|pvc)://[^\\s/]+/\\S+$";

  /** CEL: a quantity above zero. */
  static final String POSITIVE_QUANTITY =
      "isQuantity(string(self)) && quantity(string(self)).isGreaterThan(quantity('0'))";

  /** CEL: a duration above zero. */
  static final String POSITIVE_DURATION = "duration(self) > duration('0s')";

  /** CEL: sources other than OCI ones are pinned. */
  static final String PINNED = "self.uri.startsWith('oci://') || has(self.digest)";

  /** CEL: a digest in the URI and one beside it are the same. */
  static final String ONE_DIGEST =
      "!has(self.digest) || !self.uri.contains('@') || self.uri.endsWith('@' + self.digest)";

  /** CEL: a number of units or a share of them, at least one. */
  static final String CONCURRENCY =
      "type(self) == int ? self >= 1 && self <= 10000 : self.matches('^([1-9][0-9]?|100)%$')";

  static final String CONCURRENCY_MESSAGE =
      "maxConcurrency must be a number of units from 1 to 10000 or a share from 1% to 100%: for example 5 or 10%";

  /** CEL: a number of units or a share of them. */
  static final String FAILURES =
      "type(self) == int ? self >= 0 && self <= 10000 : self.matches('^([0-9]|[1-9][0-9]|100)%$')";

  static final String FAILURES_MESSAGE =
      "maxFailures must be a number of units from 0 to 10000 or a share from 0% to 100%: for example 1 or 2%";

  static final String ONE_DIGEST_MESSAGE =
      "the digest in uri differs from digest: remove one of the two or make them equal";

  private Formats() {}

  /** An unmodifiable copy; empty for null. */
  static <T> List<T> copy(List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }

  /** An unmodifiable copy in the order of its keys, equal maps reading equal; empty for null. */
  static <V> Map<String, V> copy(Map<String, V> map) {
    return map == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(map));
  }
}
