package dev.modelfleet.testclusters;

import dev.modelfleet.testclusters.local.LocalProvider;
import dev.modelfleet.testclusters.local.StateDirectory;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.SearchOption;

/** Starts, shares and removes the clusters of {@link WithTestCluster}. */
public final class TestClusterExtension implements ExecutionCondition, ParameterResolver {
  /** Names a kept cluster that tests use where it runs with the wanted nodes. */
  static final String CLUSTER = "MODELFLEET_TEST_CLUSTER";

  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(TestClusterExtension.class);

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Optional<String> reason =
        annotation(context).map(TestClusterExtension::ownSpec).flatMap(this::unavailable);
    if (reason.isEmpty()) {
      return ConditionEvaluationResult.enabled("a test cluster can run");
    }
    report("Skipping " + context.getDisplayName() + ": " + reason.get());
    return ConditionEvaluationResult.disabled(reason.get());
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestCluster.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    WithTestCluster wanted = annotation(context).orElseThrow();
    String key = "nodes=%d,kwok=%d".formatted(wanted.nodes(), wanted.kwokNodes());
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(
            key,
            ignored -> Providers.standard(TestClusterExtension::report).start(spec(wanted)),
            TestCluster.class);
  }

  private static void report(String line) {
    System.out.println("[test-cluster] " + line);
  }

  private Optional<String> unavailable(ClusterSpec spec) {
    return Providers.standard(TestClusterExtension::report).unavailable(spec);
  }

  /** A running kept cluster where it is as wanted, else one for this test run alone. */
  private static ClusterSpec spec(WithTestCluster wanted) {
    String name = System.getenv().getOrDefault(CLUSTER, ClusterSpec.DEFAULT_NAME);
    ClusterSpec kept = resize(ClusterSpec.named(name), wanted);
    LocalProvider local = new LocalProvider(StateDirectory.root(), TestClusterExtension::report);
    return !kept.apiOnly() && local.isKept(kept) ? kept : ownSpec(wanted);
  }

  private static ClusterSpec ownSpec(WithTestCluster wanted) {
    String name =
        "test-%d-%d-%d"
            .formatted(ProcessHandle.current().pid(), wanted.nodes(), wanted.kwokNodes());
    return resize(ClusterSpec.named(name), wanted);
  }

  private static ClusterSpec resize(ClusterSpec spec, WithTestCluster wanted) {
    return spec.withNodes(wanted.nodes()).withKwokNodes(wanted.kwokNodes());
  }

  private static Optional<WithTestCluster> annotation(ExtensionContext context) {
    return context
        .getTestClass()
        .flatMap(
            type ->
                AnnotationSupport.findAnnotation(
                    type, WithTestCluster.class, SearchOption.INCLUDE_ENCLOSING_CLASSES));
  }
}
