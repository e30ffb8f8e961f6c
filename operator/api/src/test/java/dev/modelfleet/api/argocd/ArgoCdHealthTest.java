package dev.modelfleet.api.argocd;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.luaj.vm2.Globals;
import org.luaj.vm2.LuaTable;
import org.luaj.vm2.LuaValue;
import org.luaj.vm2.lib.jse.JsePlatform;

/** What Argo CD shows of an object in each state, as the shipped Lua says. */
class ArgoCdHealthTest {

  private static final String PATCH = "../../charts/modelfleet/argocd/argocd-cm.yaml";

  private static final List<String> KINDS =
      List.of(
          "ModelDeployment",
          "CompressionPolicy",
          "HardwareTarget",
          "ModelVariant",
          "EdgeCluster",
          "EdgeDeployment");

  /**
   * A state of an object.
   *
   * @param state in words
   * @param object as YAML
   * @param health that Argo CD shows
   * @param message beside it
   */
  private record Shown(String state, String object, String health, String message) {}

  private static Shown conditions(String state, String conditions, String health, String message) {
    return new Shown(
        state,
        "metadata: {generation: 2}\nstatus: {observedGeneration: 2, conditions: [%s]}"
            .formatted(conditions),
        health,
        message);
  }

  private static Stream<Shown> states() {
    return Stream.of(
        new Shown(
            "being deleted",
            """
            metadata: {generation: 2, deletionTimestamp: "2026-01-31T12:00:00Z"}
            status: {observedGeneration: 2, conditions: [{type: Ready, status: "True"}]}
            """,
            "Progressing",
            "being deleted"),
        new Shown(
            "not seen by the operator",
            "metadata: {generation: 1}",
            "Progressing",
            "waiting for the Modelfleet operator"),
        new Shown(
            "ready with an older spec",
            """
            metadata: {generation: 3}
            status: {observedGeneration: 2, conditions: [{type: Ready, status: "True"}]}
            """,
            "Progressing",
            "waiting for the operator to see the latest spec"),
        conditions(
            "stalled beats everything",
            """
            {type: Ready, status: "False", message: no}, {type: Paused, status: "True"},
            {type: Stalled, status: "True", message: no recipe passes}
            """,
            "Degraded",
            "no recipe passes"),
        conditions(
            "no progress in time",
            """
            {type: Progressing, status: "False", reason: ProgressDeadlineExceeded, message: late},
            {type: Ready, status: "False", message: not ready}
            """,
            "Degraded",
            "late"),
        conditions(
            "paused",
            """
            {type: Progressing, status: Unknown, reason: RolloutPaused},
            {type: Paused, status: "True", message: paused}, {type: Ready, status: "False"}
            """,
            "Suspended",
            "paused"),
        conditions(
            "under way",
            """
            {type: Ready, status: "False", message: not ready},
            {type: Reconciling, status: "True", message: building 2 variants}
            """,
            "Progressing",
            "building 2 variants"),
        conditions(
            "ready, and conditions that do not count",
            """
            {type: Accepted, status: "True"}, {type: ReplicasLost, status: "False"},
            {type: Ready, status: "True", message: 2 of 2 targets}
            """,
            "Healthy",
            "2 of 2 targets"),
        conditions(
            "a target without nodes",
            "{type: Ready, status: 'False', reason: NoNodesMatch, message: no node matches}",
            "Progressing",
            "no node matches"),
        conditions(
            "a policy in order", "{type: Accepted, status: 'True', message: ok}", "Healthy", "ok"),
        conditions(
            "a policy that contradicts itself",
            "{type: Accepted, status: 'False', message: contradiction}",
            "Degraded",
            "contradiction"),
        conditions("no conditions", "", "Healthy", ""));
  }

  @TestFactory
  Stream<DynamicTest> shown() {
    return states()
        .map(
            shown ->
                DynamicTest.dynamicTest(
                    shown.state(),
                    () -> {
                      LuaTable health = health("ModelDeployment", shown.object());
                      assertThat(health.get("status").tojstring()).isEqualTo(shown.health());
                      assertThat(health.get("message").tojstring()).isEqualTo(shown.message());
                    }));
  }

  @Test
  void everyKindHasTheCheck() {
    assertThat(KINDS)
        .allSatisfy(
            kind ->
                assertThat(health(kind, "metadata: {generation: 1}").get("status").tojstring())
                    .isEqualTo("Progressing"));
  }

  private static LuaTable health(String kind, String object) {
    Globals globals = JsePlatform.standardGlobals();
    globals.set("obj", lua(Serialization.unmarshal(object, JsonNode.class)));
    String script =
        patch().at("/data").get("resource.customizations.health.modelfleet.dev_" + kind).asText();
    return globals.load(script).call().checktable();
  }

  private static JsonNode patch() {
    try {
      return Serialization.unmarshal(Files.readString(Path.of(PATCH)), JsonNode.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LuaValue lua(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> {
        LuaTable table = new LuaTable();
        node.properties().forEach(member -> table.set(member.getKey(), lua(member.getValue())));
        yield table;
      }
      case ARRAY -> {
        LuaTable table = new LuaTable();
        for (int i = 0; i < node.size(); i++) {
          table.set(i + 1, lua(node.get(i)));
        }
        yield table;
      }
      case NUMBER -> LuaValue.valueOf(node.asDouble());
      case BOOLEAN -> LuaValue.valueOf(node.asBoolean());
      case STRING -> LuaValue.valueOf(node.asText());
      case NULL, MISSING, BINARY, POJO -> LuaValue.NIL;
    };
  }
}
