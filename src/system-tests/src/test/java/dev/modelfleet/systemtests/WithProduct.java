package dev.modelfleet.systemtests;

import dev.modelfleet.testclusters.WithTestCluster;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class the installed product: declare a parameter of type {@link Product}. All
 * classes of a run share one cluster with one installation, and work in namespaces of their own.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@WithTestCluster
@ExtendWith(ProductExtension.class)
@interface WithProduct {}
