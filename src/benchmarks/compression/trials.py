"""Runs the tools that are compared, each in a process of its own, and the models that they make."""

import json
import os
import pathlib
import subprocess
import sys
import time

import numpy as np
import onnxruntime

HERE = pathlib.Path(__file__).parent
THREADS = 2


class Modelfleet:
    """The command `modelfleet compress`."""

    def __init__(self, classpath, java_options):
        home = os.environ.get("JAVA_HOME")
        self.java = [
            os.path.join(home, "bin", "java") if home else "java",
            *java_options.split(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classpath,
            "dev.modelfleet.compression.cli.ModelfleetCommand",
        ]

    def compress(self, name, steps, model, calibration, work):
        """Path of the variant, wall seconds, peak MiB."""
        name = name.replace(" ", "-")
        recipe = work / f"{name}.json"
        recipe.write_text(json.dumps({"name": name, "steps": steps}))
        out = work / f"modelfleet-{name}"
        command = [*self.java, "compress", str(model), "--recipe", str(recipe)]
        # As for the reference, which is given no data where it needs none.
        if name not in ("Dynamic", "dynamic", "weight-only", "fp16"):
            command += ["--calibration", str(calibration)]
        return (str(out / "model.onnx"), *measured([*command, "-o", str(out)]))


def reference(kind, model, calibration, work, *options):
    """Path of the variant that onnxruntime.quantization makes, wall seconds, peak MiB."""
    target = str(work / f"{'-'.join(('reference', kind, *options))}.onnx")
    command = [sys.executable, str(HERE / "reference.py"), kind, str(model), target, str(calibration), *options]
    return (target, *measured(command))


def measured(command):
    """Wall seconds and peak resident MiB of a command."""
    process = subprocess.run([sys.executable, str(HERE / "measure.py"), *command], capture_output=True, text=True)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command[:3])}… failed:\n{process.stderr}")
    seconds, kibibytes = process.stdout.split()
    return float(seconds), int(kibibytes) / 1024


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def outputs(path, data, names):
    """First output of each sample, run alone, and the median milliseconds of a run."""
    model = session(path)
    arrays = {name: data[name] for name in names}
    results, times = [], []
    for i in range(len(arrays[names[0]])):
        sample = {name: array[i : i + 1] for name, array in arrays.items()}
        start = time.perf_counter()
        results.append(model.run(None, sample)[0])
        times.append(time.perf_counter() - start)
    return results, np.median(times[5:]) * 1000


def interleaved(paths, sample, rounds=40, runs=10):
    """Median milliseconds of each model, measured in turn so that what else the machine does meets all alike."""
    models = [session(path) for path in paths]
    times = [[] for _ in paths]
    for _ in range(rounds):
        for model, own in zip(models, times):
            model.run(None, sample)
            for _ in range(runs):
                start = time.perf_counter()
                model.run(None, sample)
                own.append(time.perf_counter() - start)
    return [np.median(own) * 1000 for own in times]


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "-|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)
    print()
