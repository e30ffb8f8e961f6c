package dev.modelfleet.operator.rollout.decide;

/**
 * Whether devices fail with a revision more often than may be, decided as their results come in:
 * Wald's sequential probability ratio test.
 *
 * <p>The tolerated rate is the share of a wave's units that may fail; a quarter of it is taken for
 * harmless. A revision with a harmless rate is stopped with probability 1 % at most, and one that
 * fails at the tolerated rate is found with probability 95 %, usually long before as many units
 * have failed as may: a revision that fails everywhere is found after a few units.
 *
 * <p>Source: A. Wald, Sequential Tests of Statistical Hypotheses, The Annals of Mathematical
 * Statistics 16 (2), 1945, section 3.
 */
public final class FailureTest {

  private static final double FALSE_STOP = 0.01;
  private static final double MISSED = 0.05;
  private static final double HARMLESS = 0.25;
  private static final double MOST = 0.95;
  private static final double LIMIT = Math.log((1 - MISSED) / FALSE_STOP);

  private FailureTest() {}

  /**
   * Whether the wave is to be stopped.
   *
   * @param failed units that failed
   * @param passed units that are verified
   * @param allowed units that may fail
   * @param units of the wave
   */
  public static boolean stops(int failed, int passed, int allowed, int units) {
    if (failed > allowed) {
      return true;
    }
    if (failed == 0 || allowed >= units) {
      return false;
    }
    double tolerated = Math.min(MOST, (double) allowed / Math.max(units, 1));
    double harmless = tolerated * HARMLESS;
    double ratio =
        failed * Math.log(tolerated / harmless)
            + passed * Math.log((1 - tolerated) / (1 - harmless));
    return ratio >= LIMIT;
  }
}
