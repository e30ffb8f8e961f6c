"""Modelfleet beside onnxruntime.quantization on the classifiers that `models/train.py` made."""

import os

import numpy as np
import onnx

from trials import interleaved, outputs, reference, table

NETWORKS = ("plain", "residual", "separable", "transformer")


def top1(path, data):
    scores, _ = outputs(path, data, ["x"])
    return float(np.mean(np.concatenate(scores).argmax(1) == data["labels"]))


def quantization(modelfleet, models, work):
    """Dynamic and static int8, per channel, MinMax, by both tools."""
    rows = []
    for network in NETWORKS:
        folder, out = models / network, work / network
        out.mkdir(parents=True, exist_ok=True)
        original, calibration = folder / "model.onnx", folder / "calibration.npz"
        files = {"original": (str(original), None, None)}
        for kind, scheme in (("dynamic", "Dynamic"), ("preprocessed-static", "Static")):
            files[f"onnxruntime {scheme}"] = reference(kind, original, calibration, out)
            steps = [{"simplify": {}}, {"quantize": {"scheme": scheme}}]
            files[f"modelfleet {scheme}"] = modelfleet.compress(scheme, steps, original, calibration, out)
        data = np.load(folder / "evaluation.npz")
        latencies = interleaved([path for path, _, _ in files.values()], {"x": data["x"][:1]})
        for (name, (path, seconds, memory)), latency in zip(files.items(), latencies):
            onnx.checker.check_model(path, full_check=True)
            tool = [f"{seconds:.2f}", f"{memory:.0f}"] if seconds else ["–", "–"]
            size = f"{os.path.getsize(path) / 1e3:.1f}"
            rows.append([network, name, f"{100 * top1(path, data):.2f}", size, *tool, f"{latency:.3f}"])
    table(["network", "model", "top-1 %", "KB", "wall s", "peak MiB", "p50 ms"], rows)
