package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.operator.name.Sha256;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A spec with everything that it names resolved: which variant each target is served, and how.
 *
 * @param hash of the plans: equal plans are one revision
 * @param number counts revisions of a ModelDeployment upwards, newer ones higher
 * @param generation newest generation of the spec that gave this revision
 * @param pins digest that each URI stands for
 * @param plans of the targets, in the spec's order
 */
public record Revision(
    String hash, long number, long generation, Map<String, String> pins, List<TargetPlan> plans) {

  private static final int HASH_DIGITS = 10;

  public Revision {
    pins = new TreeMap<>(pins);
    plans = List.copyOf(plans);
  }

  /** The hash of plans. */
  public static String hash(List<TargetPlan> plans) {
    return Sha256.hex(ContractJson.write(plans)).substring(0, HASH_DIGITS);
  }

  /** The plan of a target. */
  public Optional<TargetPlan> plan(String target) {
    return plans.stream().filter(plan -> plan.name().equals(target)).findFirst();
  }
}
