package dev.modelfleet.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fabric8.kubernetes.api.model.Quantity;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {

  @ParameterizedTest
  @CsvSource({"1%,0.01", "0%,0", "0.5%,0.005", "100%,1", "-0.25%,-0.0025", "12.3456%,0.123456"})
  void percentagesAreRead(String text, double fraction) {
    assertThat(Percentage.parse(text).fraction()).isEqualTo(fraction);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "1", "%", "1 %", "one%", "1%%", "1e2%", ".5%"})
  void otherTextIsNoPercentage(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Percentage.parse(text))
        .withMessageContaining("'" + text + "' is not a share");
  }

  @ParameterizedTest
  @CsvSource({
    "0.01,1%",
    "0,0%",
    "0.0067,0.67%",
    "0.194,19.4%",
    "1,100%",
    "-0.002,-0.2%",
    "0.00000012,0%",
    "0.0000067,0.0007%",
    "12.5,1250%"
  })
  void percentagesAreWrittenForPeople(double fraction, String text) {
    assertThat(new Percentage(fraction)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource({
    "500ms,500000000",
    "1s,1000000000",
    "1m30s,90000000000",
    "1.5h,5400000000000",
    "4.6ms,4600000",
    "250us,250000",
    "250µs,250000",
    "7ns,7"
  })
  void durationsAreRead(String text, long nanos) {
    assertThat(GoDuration.parse(text).toNanos()).isEqualTo(nanos);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "5", "ms", "1 s", "-1s", "1s!", "1d", "1s 1ms"})
  void otherTextIsNoDuration(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GoDuration.parse(text))
        .withMessageContaining("'" + text + "' is not a duration");
  }

  @ParameterizedTest
  @CsvSource({"4.6349,4.63ms", "0,0ms", "1240.4,1240ms", "0.01234,0.0123ms", "99.96,100ms"})
  void durationsAreWrittenForPeople(double millis, String text) {
    assertThat(GoDuration.ofMillis(millis)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"25M,25000000", "24Mi,25165824", "256Mi,268435456", "1000,1000", "1.5k,1500"})
  void sizesAreRead(String quantity, long bytes) {
    assertThat(ByteSize.bytes(new Quantity(quantity))).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "999,999",
    "1000,1k",
    "23041234,23M",
    "90405214,90.4M",
    "999999,1M",
    "1234567890,1.23G"
  })
  void sizesAreWrittenForPeople(long bytes, String text) {
    assertThat(ByteSize.quantity(bytes)).hasToString(text);
  }
}
