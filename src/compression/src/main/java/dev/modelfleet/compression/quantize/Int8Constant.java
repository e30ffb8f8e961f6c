package dev.modelfleet.compression.quantize;

/**
 * Names of the constants that stand for quantized weights.
 *
 * @param values INT8 or UINT8
 * @param scales FLOAT
 * @param zeroPoint of the same type, shaped as the scales
 */
record Int8Constant(String values, String scales, String zeroPoint) {}
