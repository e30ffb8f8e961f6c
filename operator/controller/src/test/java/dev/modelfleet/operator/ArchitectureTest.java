package dev.modelfleet.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What may depend on what inside the operator. */
@AnalyzeClasses(packages = "dev.modelfleet", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule DECISIONS_ARE_PURE =
      classes()
          .that()
          .resideInAPackage("dev.modelfleet.operator..decide")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "dev.modelfleet.artifact..",
              "dev.modelfleet.api..",
              "dev.modelfleet.operator..decide",
              "dev.modelfleet.operator",
              "dev.modelfleet.operator.name",
              "dev.modelfleet.operator.pod",
              "dev.modelfleet.operator.event",
              "dev.modelfleet.operator.status",
              "dev.modelfleet.operator.source",
              "com.fasterxml.jackson..",
              "io.fabric8.kubernetes.api..")
          .because(
              "decisions are pure functions of facts: they take what was observed and the time,"
                  + " and do no I/O; move reading to the facts reader and writing to the reconciler");

  @ArchTest
  static final ArchRule DECISIONS_DO_NO_IO =
      noClasses()
          .that()
          .resideInAPackage("dev.modelfleet.operator..decide")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("dev.modelfleet.operator.OperatorContext")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("dev.modelfleet.operator.source.SourceResolver")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("dev.modelfleet.operator.event.EventRecorder")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("dev.modelfleet.operator.status.StatusReport")
          .because("these read or write the cluster, the registry or the clock");

  @ArchTest
  static final ArchRule TIME_IS_AN_ARGUMENT =
      noClasses()
          .that()
          .resideInAPackage("dev.modelfleet.operator..decide")
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .because("a decision that takes the time as an argument can be tested at any time");

  @ArchTest
  static final ArchRule NO_NATIVE_RUNTIME =
      noClasses()
          .that()
          .resideInAPackage("dev.modelfleet.operator..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.modelfleet.compression..", "dev.modelfleet.runtime..")
          .because(
              "the operator knows models only through the contract in src/artifact: no ONNX"
                  + " Runtime in its image");

  @ArchTest
  static final ArchRule ONLY_THE_APPLICATION_KNOWS_QUARKUS =
      noClasses()
          .that()
          .resideInAPackage("dev.modelfleet.operator..")
          .and()
          .resideOutsideOfPackage("dev.modelfleet.operator.app..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.quarkus..", "jakarta..")
          .because("tests run the same controllers without the application");
}
