"""Runs the ONNX checker, with shape inference, over every model below a folder."""

import pathlib
import sys

import onnx

failures = 0
models = sorted(pathlib.Path(sys.argv[1]).rglob("*.onnx"))
for model in models:
    try:
        onnx.checker.check_model(str(model), full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        failures += 1
        print(f"{model}: {error}")
print(f"{len(models)} models checked, {failures} refused")
sys.exit(1 if failures or not models else 0)
