package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** A time of the week at which what a member cluster serves may change. */
@ApiObject
@ValidationRule(
    value = "self.from != self.to",
    message = "a window has a length: from and to must differ; for a whole day give 00:00 to 24:00")
public record MaintenanceWindow(
    @Size(max = 7)
        @JsonPropertyDescription(
            """
            Days on which it begins. Absent or empty: every day. Example: [Saturday, Sunday]\
            """)
        List<Day> days,
    @Required
        @Size(min = 5, max = 5)
        @Pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$")
        @JsonPropertyDescription("When it begins, 00:00 to 23:59. Example: 22:00")
        String from,
    @Required
        @Size(min = 5, max = 5)
        @Pattern("^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")
        @JsonPropertyDescription(
            """
            When it ends, 00:00 to 24:00; before from, it is on the next day. Example: 04:30\
            """)
        String to,
    @Default("UTC")
        @Size(min = 1, max = 64)
        @Pattern("^[A-Za-z0-9_+./-]+$")
        @JsonPropertyDescription(
            """
            Time zone of days and times, a name of the IANA time zone database. Example: \
            Europe/Berlin\
            """)
        String timeZone) {

  /** A day of the week. */
  public enum Day {
    @JsonProperty("Monday")
    MONDAY,
    @JsonProperty("Tuesday")
    TUESDAY,
    @JsonProperty("Wednesday")
    WEDNESDAY,
    @JsonProperty("Thursday")
    THURSDAY,
    @JsonProperty("Friday")
    FRIDAY,
    @JsonProperty("Saturday")
    SATURDAY,
    @JsonProperty("Sunday")
    SUNDAY
  }

  public MaintenanceWindow {
    days = Formats.copy(days);
  }
}
