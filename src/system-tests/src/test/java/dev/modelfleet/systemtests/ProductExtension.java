package dev.modelfleet.systemtests;

import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.TestClusterExtension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Installs the product once in the test cluster and shares it. */
final class ProductExtension implements ParameterResolver {

  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(ProductExtension.class);

  private final TestClusterExtension clusters = new TestClusterExtension();

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Product.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    TestCluster cluster = (TestCluster) clusters.resolveParameter(parameter, context);
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(Product.class, ignored -> Product.install(cluster), Product.class);
  }
}
