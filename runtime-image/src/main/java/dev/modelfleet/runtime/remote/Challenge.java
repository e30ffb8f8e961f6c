package dev.modelfleet.runtime.remote;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One challenge of a {@code WWW-Authenticate} header.
 *
 * @param scheme in lower case: {@code basic} or {@code bearer}
 * @param parameters by name
 */
record Challenge(String scheme, Map<String, String> parameters) {

  private static final Pattern SCHEME = Pattern.compile("^\\s*([A-Za-z]+)\\s*(.*)$");
  private static final Pattern PARAMETER =
      Pattern.compile("([A-Za-z_]+)\\s*=\\s*(?:\"([^\"]*)\"|([^\\s,\"]+))");

  /** The first challenge of a scheme that is understood. */
  static Optional<Challenge> of(List<String> headers) {
    return headers.stream()
        .map(Challenge::parse)
        .flatMap(Optional::stream)
        .filter(challenge -> List.of("basic", "bearer").contains(challenge.scheme()))
        .findFirst();
  }

  private static Optional<Challenge> parse(String header) {
    Matcher scheme = SCHEME.matcher(header);
    if (!scheme.matches()) {
      return Optional.empty();
    }
    Map<String, String> parameters = new HashMap<>();
    Matcher parameter = PARAMETER.matcher(scheme.group(2));
    while (parameter.find()) {
      String value = parameter.group(2) != null ? parameter.group(2) : parameter.group(3);
      parameters.put(parameter.group(1).toLowerCase(Locale.ROOT), value);
    }
    return Optional.of(
        new Challenge(scheme.group(1).toLowerCase(Locale.ROOT), Map.copyOf(parameters)));
  }
}
