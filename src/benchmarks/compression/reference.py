"""One run of the reference quantizer, in a process of its own so that its memory can be measured."""

import os
import sys

import numpy as np
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process


class Samples(CalibrationDataReader):
    def __init__(self, path):
        arrays = np.load(path)
        # Read once: each access of an archive's member reads all of it.
        samples = {name: arrays[name] for name in arrays.files}
        count = len(next(iter(samples.values())))
        self.samples = iter({n: array[i : i + 1] for n, array in samples.items()} for i in range(count))

    def get_next(self):
        return next(self.samples, None)


def main(kind, source, target, calibration, method="MinMax"):
    if kind == "dynamic":
        quantize_dynamic(source, target, per_channel=True, weight_type=QuantType.QInt8)
        return
    if kind == "preprocessed-static":
        # What its documentation asks for: folds batch normalizations, infers shapes.
        quant_pre_process(source, target + ".preprocessed", skip_symbolic_shape=True)
        source = target + ".preprocessed"
    operators = {"static-matmul": ["MatMul"], "static-matmul-gather": ["MatMul", "Gather"]}.get(kind)
    quantize_static(
        source,
        target,
        Samples(calibration),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=operators,
        calibrate_method=CalibrationMethod[method],
    )
    if kind == "preprocessed-static":
        os.remove(source)


if __name__ == "__main__":
    main(*sys.argv[1:])
