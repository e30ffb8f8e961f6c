package dev.modelfleet.operator.cluster.decide;

import static dev.modelfleet.api.v1alpha1.MaintenanceWindow.Day.FRIDAY;
import static dev.modelfleet.api.v1alpha1.MaintenanceWindow.Day.SATURDAY;
import static dev.modelfleet.api.v1alpha1.MaintenanceWindow.Day.SUNDAY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.MaintenanceWindow;
import dev.modelfleet.operator.cluster.decide.Maintenance.AnyTime;
import dev.modelfleet.operator.cluster.decide.Maintenance.Closed;
import dev.modelfleet.operator.cluster.decide.Maintenance.Open;
import dev.modelfleet.operator.cluster.decide.Maintenance.Unreadable;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MaintenanceTest {

  private static final MaintenanceWindow NIGHTS =
      new MaintenanceWindow(List.of(), "22:00", "04:30", "UTC");
  private static final MaintenanceWindow FRIDAYS =
      new MaintenanceWindow(List.of(FRIDAY), "23:00", "01:00", "UTC");
  private static final MaintenanceWindow WEEKENDS =
      new MaintenanceWindow(List.of(SATURDAY, SUNDAY), "00:00", "24:00", "Europe/Berlin");
  private static final MaintenanceWindow SUMMER_TIME =
      new MaintenanceWindow(List.of(), "02:30", "03:30", "Europe/Berlin");

  /** 31 January 2026 is a Saturday. */
  static List<Arguments> cases() {
    return List.of(
        row("no windows", List.of(), "2026-01-31T12:00:00Z", new AnyTime()),
        row("before a night", List.of(NIGHTS), "2026-01-31T21:59:59Z", closed("31T22:00")),
        row("at its begin", List.of(NIGHTS), "2026-01-31T22:00:00Z", open("2026-02-01T04:30")),
        row("after midnight", List.of(NIGHTS), "2026-01-31T04:29:59Z", open("2026-01-31T04:30")),
        row("at its end", List.of(NIGHTS), "2026-01-31T04:30:00Z", closed("31T22:00")),
        row(
            "the day counts where it begins",
            List.of(FRIDAYS),
            "2026-01-31T00:30:00Z",
            open("2026-01-31T01:00")),
        row("a week later", List.of(FRIDAYS), "2026-01-24T01:00:00Z", closed("30T23:00")),
        row(
            "another time zone",
            List.of(WEEKENDS),
            "2026-01-30T23:00:00Z",
            open("2026-01-31T23:00")),
        row(
            "two at once",
            List.of(FRIDAYS, NIGHTS),
            "2026-01-31T00:30:00Z",
            open("2026-01-31T04:30")),
        row("two to come", List.of(FRIDAYS, NIGHTS), "2026-01-30T12:00:00Z", closed("30T22:00")),
        row(
            "clocks are put forward over its begin",
            List.of(SUMMER_TIME),
            "2026-03-29T01:00:00Z",
            new Closed(Instant.parse("2026-03-30T00:30:00Z"))),
        row(
            "no such time zone",
            List.of(NIGHTS, new MaintenanceWindow(List.of(), "01:00", "02:00", "Mars/Olympus")),
            "2026-01-31T23:00:00Z",
            new Unreadable("Mars/Olympus")));
  }

  private static Arguments row(
      String name, List<MaintenanceWindow> windows, String now, Maintenance expected) {
    return Arguments.of(name, windows, Instant.parse(now), expected);
  }

  private static Open open(String until) {
    return new Open(Instant.parse(until + ":00Z"));
  }

  private static Closed closed(String next) {
    return new Closed(Instant.parse("2026-01-" + next + ":00Z"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void aMomentIsInAWindowOrBeforeOne(
      String name, List<MaintenanceWindow> windows, Instant now, Maintenance expected) {
    assertThat(Maintenance.at(windows, now)).isEqualTo(expected);
  }
}
