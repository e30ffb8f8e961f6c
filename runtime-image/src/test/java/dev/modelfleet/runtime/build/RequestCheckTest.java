package dev.modelfleet.runtime.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Fallback;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.Precision;
import dev.modelfleet.artifact.Publication;
import dev.modelfleet.artifact.Source;
import dev.modelfleet.runtime.FailureException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RequestCheckTest {

  private static final Requests GOOD = Requests.of("registry.example");
  private static final Source DATA = new Source("oci://registry.example/data:1", null);

  static Stream<Arguments> possible() {
    return Stream.of(
        argumentSet("as it is", GOOD),
        argumentSet("static with calibration", GOOD.recipes(Requests.STATIC).calibration(DATA)),
        argumentSet(
            "static without calibration, but skipped",
            GOOD.recipes(Requests.STATIC, Requests.HALF).precisions(Precision.FP16)),
        argumentSet("only the original", GOOD.withoutRecipes().fallback(Fallback.ORIGINAL)),
        argumentSet(
            "no recipe for the target, but the original",
            GOOD.precisions(Precision.FP32).fallback(Fallback.ORIGINAL)),
        argumentSet("everything ruled out before", GOOD.excluded("dynamic-int8", "fp16")));
  }

  @ParameterizedTest
  @MethodSource("possible")
  void isAccepted(Requests request) {
    assertThatCode(() -> RequestCheck.check(request.build())).doesNotThrowAnyException();
  }

  static Stream<Arguments> wrong() {
    FailureReason invalid = FailureReason.INVALID_REQUEST;
    FailureReason impossible = FailureReason.IMPOSSIBLE_CONSTRAINTS;
    Gates accuracy = new Gates(0.01, null, null, null);
    return Stream.of(
        argumentSet("no model", GOOD.model(null), invalid, "model is missing"),
        argumentSet(
            "no tag",
            GOOD.publication(new Publication("registry.example/v", null, List.of())),
            invalid,
            "publication.tag is missing"),
        argumentSet("no recipe", GOOD.withoutRecipes(), invalid, "set fallback: Original"),
        argumentSet(
            "one name twice", GOOD.recipes(Requests.HALF, Requests.HALF), invalid, "\"fp16\""),
        argumentSet(
            "accuracy without evaluation",
            GOOD.evaluation(null, accuracy),
            invalid,
            "evaluation is missing"),
        argumentSet(
            "static without calibration",
            GOOD.recipes(Requests.STATIC),
            invalid,
            "recipe static-int8 quantizes with scheme Static"),
        argumentSet(
            "no size at all",
            GOOD.gates(new Gates(null, 0L, null, null)),
            impossible,
            "gates.maxModelSize is 0"),
        argumentSet(
            "negative latency",
            GOOD.gates(new Gates(null, null, -1.0, null)),
            impossible,
            "gates.maxLatencyP99Millis is -1.0"),
        argumentSet(
            "no memory",
            GOOD.gates(new Gates(null, null, null, 0L)),
            impossible,
            "gates.maxMemory is 0"),
        argumentSet(
            "negative drop",
            GOOD.gates(new Gates(-0.1, null, null, null)),
            impossible,
            "gates.maxAccuracyDrop is -0.1"),
        argumentSet(
            "drop of NaN",
            GOOD.gates(new Gates(Double.NaN, null, null, null)),
            impossible,
            "gates.maxAccuracyDrop is NaN"),
        argumentSet(
            "no recipe for the target",
            GOOD.precisions(Precision.FP32),
            impossible,
            "dynamic-int8 in INT8, fp16 in FP16"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void isRefused(Requests request, FailureReason reason, String message) {
    FailureException failure =
        catchThrowableOfType(FailureException.class, () -> RequestCheck.check(request.build()));

    assertThat(failure.reason()).isEqualTo(reason);
    assertThat(failure).hasMessageContaining(message);
  }
}
