package dev.modelfleet.operator.name;

import java.util.Map;

/** Labels and annotations that the operator sets. */
public final class Labels {

  /** On everything that the operator makes; its caches hold nothing without it. */
  public static final String MANAGED_BY = "app.kubernetes.io/managed-by";

  /** Value of {@link #MANAGED_BY}, and the field manager of every write. */
  public static final String MODELFLEET = "modelfleet";

  /** Kind of program in the pod: {@code serve}, {@code build} or {@code probe}. */
  public static final String COMPONENT = "app.kubernetes.io/component";

  /** Name of the ModelDeployment that is served. */
  public static final String MODEL_DEPLOYMENT = "modelfleet.dev/model-deployment";

  /** Name of the ModelDeployment's target. */
  public static final String TARGET = "modelfleet.dev/target";

  /** Name of the ModelVariant that is built, probed or served. */
  public static final String VARIANT = "modelfleet.dev/variant";

  /** Revision of the ModelDeployment that a pod serves. */
  public static final String REVISION = "modelfleet.dev/revision";

  /** On a canary's pods only, so that its Deployment has no pod of the target's own. */
  public static final String TRACK = "modelfleet.dev/track";

  /** Annotation: hash of what was last applied, to see without a write whether it changed. */
  public static final String APPLIED = "modelfleet.dev/applied";

  /** Annotation of a Job: recipes that this attempt leaves out, separated by commas. */
  public static final String EXCLUDED_RECIPES = "modelfleet.dev/excluded-recipes";

  /** Selects what the operator makes. */
  public static final String MANAGED_SELECTOR = MANAGED_BY + "=" + MODELFLEET;

  /** Selects the pods of build and probe Jobs. */
  public static final String JOB_PODS_SELECTOR =
      MANAGED_SELECTOR + "," + COMPONENT + " in (build,probe)";

  private Labels() {}

  /** The labels of a program's pods and of the object that makes them. */
  public static Map<String, String> component(String component) {
    return Map.of(MANAGED_BY, MODELFLEET, COMPONENT, component);
  }
}
