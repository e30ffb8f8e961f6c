"""One run of the reference quantizer, in a process of its own so that its memory can be measured."""

import sys

import numpy as np
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)


class Samples(CalibrationDataReader):
    def __init__(self, path):
        arrays = np.load(path)
        names = arrays.files
        count = len(arrays[names[0]])
        self.samples = iter({n: arrays[n][i : i + 1] for n in names} for i in range(count))

    def get_next(self):
        return next(self.samples, None)


def main(kind, source, target, calibration):
    if kind == "dynamic":
        quantize_dynamic(source, target, per_channel=True, weight_type=QuantType.QInt8)
        return
    operators = {"static": None, "static-matmul": ["MatMul"], "static-matmul-gather": ["MatMul", "Gather"]}[kind]
    quantize_static(
        source,
        target,
        Samples(calibration),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=operators,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
