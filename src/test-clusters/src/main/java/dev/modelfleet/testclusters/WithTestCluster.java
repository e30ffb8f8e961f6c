package dev.modelfleet.testclusters;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class a cluster: declare a parameter of type {@link TestCluster} in its constructor
 * or methods. All classes of a test run that ask for the same share one. Where no cluster can run,
 * the class is skipped and the reason printed.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(TestClusterExtension.class)
public @interface WithTestCluster {
  /**
   * How many real nodes: {@code edge-1}, {@code gpu-1}, {@code edge-2}, … With 0 (and no simulated
   * ones) there is only an API server at loopback, without root, ready within seconds; no workload
   * controller runs, so that the test can play the Job controller, the kubelet and so on, but
   * owners' garbage collection and the end of namespaces are real.
   */
  int nodes() default 2;

  /** How many simulated nodes (KWOK). */
  int kwokNodes() default 0;
}
