package dev.modelfleet.compression.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Precision;
import dev.modelfleet.artifact.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which ways to store weights go together. */
class WeightFormatTest {

  private static final String BLOCKS = "'scheme':'WeightOnly','granularity':'PerBlock'";

  private static Step.Quantize read(String members) {
    String json = "{'quantize':{%s}}".formatted(members).replace('\'', '"');
    return (Step.Quantize) ContractJson.read(json, Step.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'scheme':'Static','granularity':'PerBlock' | PerBlock is for scheme WeightOnly only",
        "'scheme':'WeightOnly','weights':{'bits':4} | set scheme: WeightOnly and granularity",
        "'scheme':'Dynamic','weights':{'symmetric':true} | or remove them",
        "'scheme':'WeightOnly','granularity':'PerBlock','weights':{'bits':3} | blocks of weights have 4 or 8",
        "'scheme':'WeightOnly','granularity':'PerBlock','weights':{'blockSize':48} | 16, 32, 64",
        "'scheme':'WeightOnly','granularity':'PerBlock','weights':{'computation':'FP16'} | give FP32",
      })
  void refused(String members, String message) {
    assertThatThrownBy(() -> read(members)).hasStackTraceContaining(message);
  }

  @Test
  void equalMeaningIsEqual() {
    assertThat(read("'scheme':'WeightOnly','weights':{'bits':8}"))
        .isEqualTo(read("'scheme':'WeightOnly'"));
    assertThat(read(BLOCKS))
        .isEqualTo(
            read(
                BLOCKS
                    + ",'weights':{'bits':8,'blockSize':32,'symmetric':false,"
                    + "'rounding':'Nearest','computation':'FP32'}"));
  }

  @Test
  void fourBitsAreAPrecisionOfTheirOwn() {
    assertThat(read(BLOCKS + ",'weights':{'bits':4}").resultingPrecision())
        .contains(Precision.INT4);
    assertThat(read("'scheme':'WeightOnly'").resultingPrecision()).contains(Precision.INT8);
  }
}
