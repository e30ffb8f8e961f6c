"""Modelfleet beside onnxruntime.quantization on the classifiers that `models/train.py` made."""

import os
import zlib

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


def mixed(modelfleet, models, work):
    """A format for each layer at the size of plain static int8, and with a tenth more."""
    rows = []
    for network in NETWORKS:
        folder, out = models / network, work / network
        out.mkdir(parents=True, exist_ok=True)
        original, calibration = folder / "model.onnx", folder / "calibration.npz"
        data = np.load(folder / "evaluation.npz")
        expected = np.concatenate(outputs(str(original), data, ["x"])[0])

        def compress(name, **limits):
            quantize = {"scheme": "Static", **({"mixedPrecision": limits} if limits else {})}
            return modelfleet.compress(name, [{"simplify": {}}, {"quantize": quantize}], original, calibration, out)

        static = compress("Static")
        size = os.path.getsize(static[0])
        files = {
            "original": (str(original), None, None),
            "static": static,
            "mixed, equal size": compress("mixed-equal", maxModelSize=str(size), maxRelativeLatency="100%"),
            "mixed, 10 % more": compress("mixed-more", maxModelSize=str(size * 11 // 10)),
        }
        latencies = interleaved([path for path, _, _ in files.values()], {"x": data["x"][:1]})
        for (name, (path, seconds, _)), latency in zip(files.items(), latencies):
            onnx.checker.check_model(path, full_check=True)
            actual = np.concatenate(outputs(path, data, ["x"])[0])
            noise = ((actual - expected) ** 2).sum() / (expected**2).sum()
            decibels = "–" if noise == 0 else f"{-10 * np.log10(noise):.1f}"
            agree = 100 * np.mean(actual.argmax(1) == expected.argmax(1))
            correct = 100 * np.mean(actual.argmax(1) == data["labels"])
            kilobytes = f"{os.path.getsize(path) / 1e3:.1f}"
            wall = f"{seconds:.1f}" if seconds else "–"
            cells = [kilobytes, decibels, f"{agree:.2f}", f"{correct:.2f}", f"{latency:.3f}", wall]
            rows.append([network, name, *cells])
    table(["network", "model", "KB", "SQNR dB", "agreement %", "top-1 %", "p50 ms", "wall s"], rows)


def calibration(modelfleet, models, work, samples=1000):
    """Static int8 from 1,000 samples by each calibration method that keeps more than ranges."""
    rows = []
    for network in ("plain", "residual"):
        folder, out = models / network, work / network
        out.mkdir(parents=True, exist_ok=True)
        data = np.load(folder / "evaluation.npz")
        seen, rest = out / "seen.npz", {"x": data["x"][samples:], "labels": data["labels"][samples:]}
        np.savez(seen, x=data["x"][:samples])
        original = folder / "model.onnx"
        for method in ("MinMax", "Percentile", "Entropy"):
            step = {"quantize": {"scheme": "Static", "calibration": method}}
            files = {
                "onnxruntime": reference("preprocessed-static", original, seen, out, method),
                "modelfleet": modelfleet.compress(method, [{"simplify": {}}, step], original, seen, out),
            }
            for name, (path, seconds, memory) in files.items():
                onnx.checker.check_model(path, full_check=True)
                rows.append([network, method, name, f"{100 * top1(path, rest):.2f}", f"{seconds:.2f}", f"{memory:.0f}"])
    table(["network", "calibration", "tool", "top-1 %", "wall s", "peak MiB"], rows)


def operations(path):
    """Millions of floating-point operations of the products of one inference."""
    graph = onnx.shape_inference.infer_shapes(onnx.load(path), data_prop=True).graph
    weights = {tensor.name: tensor.dims for tensor in graph.initializer}
    shapes = {v.name: [max(1, d.dim_value) for d in v.type.tensor_type.shape.dim] for v in graph.value_info}
    shapes.update({v.name: [max(1, d.dim_value) for d in v.type.tensor_type.shape.dim] for v in graph.output})
    total = 0
    for node in graph.node:
        if node.op_type == "Conv":
            total += 2 * np.prod(shapes[node.output[0]]) * np.prod(weights[node.input[1]][1:])
        elif node.op_type == "Gemm":
            total += 2 * np.prod(weights[node.input[1]])
    return total / 1e6


def pruned(modelfleet, models, work, name, alignment=8, **settings):
    folder, out = models / name, work / name
    step = {"prune": {"method": "Channel", "alignment": alignment, **settings}}
    label = "-".join(str(value) for value in (alignment, *settings.values())).replace("%", "")
    path, _, _ = modelfleet.compress(
        f"pruned-{label}", [step], folder / "model.onnx", folder / "calibration.npz", out
    )
    return path


def pruning(modelfleet, models, work):
    """Channels removed by both tools, nothing trained afterwards."""
    rows = []
    for network in ("plain", "residual", "separable"):
        files = {"original": str(models / network / "model.onnx")}
        for share in (50, 70):
            less = f"{share}%"
            for way in ("l2", "bn-scale", "l2-reestimated", "bn-scale-reestimated"):
                files[f"Torch-Pruning {way}, {less}"] = str(
                    work / network / f"torch-pruning-{share}-{way}" / "model.onnx"
                )
            bare = pruned(modelfleet, models, work, network, flopsReduction=less, repair=False)
            files[f"Modelfleet without repair, {less}"] = bare
            files[f"Modelfleet, {less}"] = pruned(modelfleet, models, work, network, flopsReduction=less)
        data = np.load(models / network / "evaluation.npz")
        latencies = interleaved(files.values(), {"x": data["x"][:1]})
        all_operations = operations(files["original"])
        for (name, path), latency in zip(files.items(), latencies):
            onnx.checker.check_model(path, full_check=True)
            fewer = f"{100 * (1 - operations(path) / all_operations):.1f}"
            size = f"{os.path.getsize(path) / 1e3:.0f}"
            rows.append([network, name, fewer, f"{100 * top1(path, data):.2f}", size, f"{latency:.3f}"])
    table(["network", "model", "fewer FLOPs %", "top-1 %", "KB", "p50 ms"], rows)


def factorization(modelfleet, models, work):
    """Operations removed by factors of low rank, beside as many removed with channels."""
    rows = []
    for network in NETWORKS:
        folder, out = models / network, work / network
        out.mkdir(parents=True, exist_ok=True)
        original, calibration = folder / "model.onnx", folder / "calibration.npz"
        files = {"original": (str(original), None, None)}
        for share in (30, 60):
            less = f"{share}%"
            for repair in (False, True):
                step = {"factorize": {"flopsReduction": less, "repair": repair}}
                name = f"factorized {share} and repaired" if repair else f"factorized {share}"
                files[name] = modelfleet.compress(name, [step], original, calibration, out)
            if network != "transformer":
                step = {"prune": {"method": "Channel", "flopsReduction": less}}
                files[f"pruned {share}"] = modelfleet.compress(f"pruned-{share}", [step], original, calibration, out)
        data = np.load(folder / "evaluation.npz")
        latencies = interleaved([path for path, _, _ in files.values()], {"x": data["x"][:1]})
        for (name, (path, seconds, _)), latency in zip(files.items(), latencies):
            onnx.checker.check_model(path, full_check=True)
            size = f"{os.path.getsize(path) / 1e3:.0f}"
            wall = f"{seconds:.1f}" if seconds else "–"
            rows.append([network, name, f"{100 * top1(path, data):.2f}", size, f"{latency:.3f}", wall])
    table(["network", "model", "top-1 %", "KB", "p50 ms", "wall s"], rows)


def zeros(modelfleet, models, work):
    """Single weights made zero: what it costs, and what compression of the file makes of it."""
    rows = []
    settings = {"50": {"ratio": "50%"}, "70": {"ratio": "70%"}, "80": {"ratio": "80%"}, "2:4": {"pattern": "2:4"}}
    for network in NETWORKS:
        folder, out = models / network, work / network
        out.mkdir(parents=True, exist_ok=True)
        original, calibration = folder / "model.onnx", folder / "calibration.npz"
        files = {"original": str(original)}
        for label, setting in settings.items():
            for repair in (False, True):
                step = {"prune": {"method": "Magnitude", "repair": repair, **setting}}
                name = f"zeros {label}" if repair else f"zeros {label} without repair"
                files[name], _, _ = modelfleet.compress(name.replace(":", "of"), [step], original, calibration, out)
        data = np.load(folder / "evaluation.npz")
        latencies = interleaved(files.values(), {"x": data["x"][:1]})
        for (name, path), latency in zip(files.items(), latencies):
            onnx.checker.check_model(path, full_check=True)
            content = open(path, "rb").read()
            sizes = [f"{len(content) / 1e3:.0f}", f"{len(zlib.compress(content, 6)) / 1e3:.0f}"]
            rows.append([network, name, f"{100 * top1(path, data):.2f}", *sizes, f"{latency:.3f}"])
    table(["network", "model", "top-1 %", "KB", "KB gzip", "p50 ms"], rows)


def codebooks(modelfleet, models, work):
    """Weights as indices into codebooks beside 8-bit weights."""
    rows = []
    for network in NETWORKS:
        folder, out = models / network, work / network
        out.mkdir(parents=True, exist_ok=True)
        original, calibration = folder / "model.onnx", folder / "calibration.npz"
        data = np.load(folder / "evaluation.npz")

        def compress(name, scheme, **settings):
            steps = [{"simplify": {}}, {"quantize": {"scheme": scheme, **settings}}]
            return modelfleet.compress(name, steps, original, calibration, out)

        files = {"original": (str(original), None, None), "int8 weights": compress("int8-weights", "WeightOnly")}
        for bits in (4, 3, 2):
            shared = {"granularity": "PerTensor", "weights": {"bits": bits, "rounding": "GPTQ"}}
            files[f"{bits}-bit codes"] = compress(f"codes-{bits}", "NonUniform", **shared)
        limit = {"maxModelSize": str(os.path.getsize(files["3-bit codes"][0]))}
        mixed = {"granularity": "PerTensor", "weights": {"rounding": "GPTQ"}, "mixedPrecision": limit}
        files["codes at the size of 3 bits"] = compress("codes-mixed", "NonUniform", **mixed)
        latencies = interleaved([path for path, _, _ in files.values()], {"x": data["x"][:1]})
        for (name, (path, seconds, _)), latency in zip(files.items(), latencies):
            onnx.checker.check_model(path, full_check=True)
            size = f"{os.path.getsize(path) / 1e3:.0f}"
            wall = f"{seconds:.1f}" if seconds else "–"
            rows.append([network, name, f"{100 * top1(path, data):.2f}", size, f"{latency:.3f}", wall])
    table(["network", "model", "top-1 %", "KB", "p50 ms", "wall s"], rows)


def alignment(modelfleet, models, work):
    """Latency of the residual network for several shares and alignments."""
    data = np.load(models / "residual" / "evaluation.npz")
    shares = (30, 40, 45, 50, 55, 60, 70)
    files = {}
    for share in shares:
        for multiple in (1, 8, 16):
            files[share, multiple] = pruned(
                modelfleet, models, work, "residual", alignment=multiple, flopsReduction=f"{share}%"
            )
    paths = [str(models / "residual" / "model.onnx"), *files.values()]
    original, *latencies = interleaved(paths, {"x": data["x"][:1]})
    found = dict(zip(files, latencies))
    print(f"original: {original:.3f} ms")
    rows = []
    for share in shares:
        cells = []
        for multiple in (1, 8, 16):
            path = files[share, multiple]
            cells += [f"{found[share, multiple]:.3f}", f"{100 * top1(path, data):.2f}"]
        rows.append([f"{share}%", *cells])
    head = [f"{what}, alignment {multiple}" for multiple in (1, 8, 16) for what in ("p50 ms", "top-1 %")]
    table(["fewer FLOPs", *head], rows)
