package dev.modelfleet.compression.prune;

import java.util.Arrays;

/**
 * Positions along axes of tensors that can only be removed together: a union-find structure over
 * numbers ("atoms"). Atom 0 stands for everything that must stay.
 */
final class Atoms {

  /** What must stay. */
  static final int FROZEN = 0;

  private int[] parents = new int[1024];
  private int count = 1;

  /** An axis whose positions belong to nothing else yet. */
  int[] fresh(long length) {
    int[] axis = new int[Math.toIntExact(length)];
    if (count + axis.length > parents.length) {
      parents = Arrays.copyOf(parents, Math.max(2 * parents.length, count + axis.length));
    }
    for (int i = 0; i < axis.length; i++) {
      parents[count] = count;
      axis[i] = count++;
    }
    return axis;
  }

  /** An axis all of whose positions must stay. */
  static int[] frozen(long length) {
    return new int[Math.toIntExact(length)];
  }

  /** Axes of a shape all of whose positions must stay. */
  static int[][] frozen(long[] shape) {
    return Arrays.stream(shape).mapToObj(Atoms::frozen).toArray(int[][]::new);
  }

  /** Lets all positions of an axis stay. */
  void freeze(int[] axis) {
    for (int atom : axis) {
      join(atom, FROZEN);
    }
  }

  /** Whether all positions of an axis must stay, as far as is known. */
  boolean isFrozen(int[] axis) {
    return Arrays.stream(axis).allMatch(atom -> root(atom) == FROZEN);
  }

  /** Lets the positions of two axes stay or go together; axes of different length must stay. */
  void join(int[] a, int[] b) {
    if (a.length != b.length) {
      freeze(a);
      freeze(b);
      return;
    }
    for (int i = 0; i < a.length; i++) {
      join(a[i], b[i]);
    }
  }

  void join(int a, int b) {
    int rootA = root(a);
    int rootB = root(b);
    // The smaller one leads, so that 0 always does and equal graphs give equal numbers.
    parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }

  /** The number that stands for all atoms joined with this one. */
  int root(int atom) {
    int root = atom;
    while (parents[root] != root) {
      root = parents[root];
    }
    for (int at = atom; parents[at] != root; ) {
      int next = parents[at];
      parents[at] = root;
      at = next;
    }
    return root;
  }

  /** One more than the largest number. */
  int limit() {
    return count;
  }
}
