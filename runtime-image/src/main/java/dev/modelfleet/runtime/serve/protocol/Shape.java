package dev.modelfleet.runtime.serve.protocol;

import java.util.Arrays;

/** Dimensions of a tensor, outermost first; a dimension of −1 has any size (in metadata only). */
public final class Shape {

  /** Dimension of any size. */
  public static final long ANY = -1;

  private final long[] dimensions;

  private Shape(long[] dimensions) {
    this.dimensions = dimensions;
  }

  public static Shape of(long... dimensions) {
    return new Shape(dimensions.clone());
  }

  public int rank() {
    return dimensions.length;
  }

  public long dimension(int index) {
    return dimensions[index];
  }

  public long[] toArray() {
    return dimensions.clone();
  }

  /** The same shape with another outermost dimension. */
  public Shape withBatch(long size) {
    long[] changed = dimensions.clone();
    changed[0] = size;
    return new Shape(changed);
  }

  /**
   * Number of elements; 1 for a scalar.
   *
   * @throws ProtocolException (invalid) where a dimension is negative or the product exceeds 2³¹−1,
   *     more than any request can carry
   */
  public int elements() {
    long product = 1;
    for (long dimension : dimensions) {
      if (dimension < 0) {
        throw ProtocolException.invalid("shape %s has a negative dimension", this);
      }
      if (dimension > Integer.MAX_VALUE) {
        throw ProtocolException.invalid("shape %s has more than 2147483647 elements", this);
      }
      product *= dimension;
      if (product > Integer.MAX_VALUE) {
        throw ProtocolException.invalid("shape %s has more than 2147483647 elements", this);
      }
    }
    return (int) product;
  }

  /** Whether a tensor of the shape {@code actual} fits this declared shape. */
  public boolean accepts(Shape actual) {
    if (actual.rank() != rank()) {
      return false;
    }
    for (int i = 0; i < dimensions.length; i++) {
      if (dimensions[i] != ANY && dimensions[i] != actual.dimensions[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dimensions, shape.dimensions);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dimensions);
  }

  /** As in messages: {@code [1,-1,384]}. */
  @Override
  public String toString() {
    return Arrays.toString(dimensions).replace(" ", "");
  }
}
