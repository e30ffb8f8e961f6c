package dev.modelfleet.compression.simplify;

import dev.modelfleet.compression.tensor.ElementType;

/** Which types hold every value of which others. */
final class Lossless {

  private Lossless() {}

  /** Whether a cast from one type to the wider one and back changes nothing. */
  static boolean holds(ElementType wider, ElementType type) {
    if (wider == type) {
      return true;
    }
    if (type == ElementType.STRING || wider == ElementType.STRING || wider == ElementType.BOOL) {
      return false;
    }
    int needed = integerBits(type);
    if (needed > 0) {
      boolean signFits = !isSigned(type) || isSigned(wider) || wider.isFloat();
      return signFits && needed <= integerBitsHeld(wider) - (growsSign(wider, type) ? 1 : 0);
    }
    return (type == ElementType.FLOAT16 || type == ElementType.BFLOAT16)
            && (wider == ElementType.FLOAT || wider == ElementType.DOUBLE)
        || type == ElementType.FLOAT && wider == ElementType.DOUBLE;
  }

  private static boolean growsSign(ElementType wider, ElementType type) {
    return isSigned(wider) && !wider.isFloat() && !isSigned(type);
  }

  private static boolean isSigned(ElementType type) {
    return switch (type) {
      case INT8, INT16, INT32, INT64 -> true;
      default -> false;
    };
  }

  /** Bits of an integer type; 0 for others. */
  private static int integerBits(ElementType type) {
    return switch (type) {
      case BOOL -> 1;
      case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64 -> type.bits();
      default -> 0;
    };
  }

  /** Largest integers that a type holds exactly, in bits. */
  private static int integerBitsHeld(ElementType type) {
    return switch (type) {
      case FLOAT16 -> 11;
      case FLOAT -> 24;
      case DOUBLE -> 53;
      default -> integerBits(type);
    };
  }
}
