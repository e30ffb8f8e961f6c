package dev.modelfleet.operator.cluster.decide;

import dev.modelfleet.api.v1alpha1.MaintenanceWindow;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Whether what a member cluster serves may change at a moment, by its maintenance windows. */
public sealed interface Maintenance {

  /** There are no windows. */
  record AnyTime() implements Maintenance {}

  /** A window is open until then. */
  record Open(Instant until) implements Maintenance {}

  /** No window is open; the next one begins then. */
  record Closed(Instant next) implements Maintenance {}

  /** A window can't be read, which is the same as closed until the spec changes. */
  record Unreadable(String timeZone) implements Maintenance {}

  /** Judges. A window over all of which clocks are put forward is left out that day. */
  static Maintenance at(List<MaintenanceWindow> windows, Instant now) {
    if (windows.isEmpty()) {
      return new AnyTime();
    }
    List<Span> spans = new ArrayList<>();
    for (MaintenanceWindow window : windows) {
      try {
        spans.addAll(Span.near(window, ZoneId.of(zone(window)), now));
      } catch (DateTimeException e) {
        return new Unreadable(window.timeZone());
      }
    }
    Optional<Instant> until =
        spans.stream()
            .filter(span -> !span.begin().isAfter(now) && span.end().isAfter(now))
            .map(Span::end)
            .max(Comparator.naturalOrder());
    return until
        .<Maintenance>map(Open::new)
        .orElseGet(
            () ->
                new Closed(
                    spans.stream()
                        .map(Span::begin)
                        .filter(begin -> begin.isAfter(now))
                        .min(Comparator.naturalOrder())
                        .orElseThrow()));
  }

  private static String zone(MaintenanceWindow window) {
    return window.timeZone() == null ? "UTC" : window.timeZone();
  }

  /** One occurrence of a window. */
  record Span(Instant begin, Instant end) {

    private static final String MIDNIGHT = "24:00";

    /** The occurrences that begin from yesterday on for more than a week. */
    private static List<Span> near(MaintenanceWindow window, ZoneId zone, Instant now) {
      LocalDate today = LocalDate.ofInstant(now, zone);
      LocalTime from = LocalTime.parse(window.from());
      LocalTime to =
          MIDNIGHT.equals(window.to()) ? LocalTime.MIDNIGHT : LocalTime.parse(window.to());
      List<Span> spans = new ArrayList<>();
      for (LocalDate day = today.minusDays(1); day.isBefore(today.plusDays(9)); ) {
        LocalDate last = to.isAfter(from) ? day : day.plusDays(1);
        Instant begin = day.atTime(from).atZone(zone).toInstant();
        Instant end = last.atTime(to).atZone(zone).toInstant();
        if (on(window, day.getDayOfWeek()) && end.isAfter(begin)) {
          spans.add(new Span(begin, end));
        }
        day = day.plusDays(1);
      }
      return spans;
    }

    private static boolean on(MaintenanceWindow window, DayOfWeek day) {
      return window.days().isEmpty()
          || window.days().stream().anyMatch(d -> d.name().equals(day.name()));
    }
  }
}
