"""Makes the tiny ONNX models of the server's tests, src/test/resources/models/*.onnx, and the
variant that the server tests itself with, src/main/resources/self-test.

Run with the packages of requirements.txt and onnx; the files are committed, so a build needs no
Python.
"""

import json
import pathlib
import zipfile

import numpy as np
from onnx import TensorProto, checker, helper

TARGET = pathlib.Path(__file__).parent.parent / "resources" / "models"

TYPES = {
    "BOOL": TensorProto.BOOL,
    "UINT8": TensorProto.UINT8,
    "INT8": TensorProto.INT8,
    "INT16": TensorProto.INT16,
    "INT32": TensorProto.INT32,
    "INT64": TensorProto.INT64,
    "FP16": TensorProto.FLOAT16,
    "BF16": TensorProto.BFLOAT16,
    "FP32": TensorProto.FLOAT,
    "FP64": TensorProto.DOUBLE,
    "BYTES": TensorProto.STRING,
}
UNSIGNED = {
    "UINT16": TensorProto.UINT16,
    "UINT32": TensorProto.UINT32,
    "UINT64": TensorProto.UINT64,
}


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def save(name, nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initializers))
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9, producer_name="modelfleet"
    )
    checker.check_model(model, full_check=True)
    (TARGET / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def identity():
    """Every type that can go in, given back: inputs in_TYPE, outputs out_TYPE, shape [batch, n]."""
    save(
        "identity",
        [helper.make_node("Identity", [f"in_{t}"], [f"out_{t}"]) for t in TYPES],
        [value(f"in_{t}", kind, ["batch", "n"]) for t, kind in TYPES.items()],
        [value(f"out_{t}", kind, ["batch", "n"]) for t, kind in TYPES.items()],
    )


def add_sub():
    """sum = a + b and difference = a - b, FP32 [batch, 4]."""
    save(
        "add_sub",
        [
            helper.make_node("Add", ["a", "b"], ["sum"]),
            helper.make_node("Sub", ["a", "b"], ["difference"]),
        ],
        [value(n, TensorProto.FLOAT, ["batch", 4]) for n in ("a", "b")],
        [value(n, TensorProto.FLOAT, ["batch", 4]) for n in ("sum", "difference")],
    )


def casts():
    """An INT32 given back in the unsigned types that can only come out."""
    save(
        "casts",
        [helper.make_node("Cast", ["x"], [f"out_{t}"], to=kind) for t, kind in UNSIGNED.items()],
        [value("x", TensorProto.INT32, ["n"])],
        [value(f"out_{t}", kind, ["n"]) for t, kind in UNSIGNED.items()],
    )


def unsigned_input():
    """An input of a type that ONNX Runtime's Java API can't be given."""
    save(
        "unsigned_input",
        [helper.make_node("Identity", ["x"], ["y"])],
        [value("x", TensorProto.UINT32, ["n"])],
        [value("y", TensorProto.UINT32, ["n"])],
    )


def gather():
    """y = table[x]: indices beyond 0…2 fail within the model."""
    save(
        "gather",
        [helper.make_node("Gather", ["table", "x"], ["y"])],
        [value("x", TensorProto.INT64, ["n"])],
        [value("y", TensorProto.FLOAT, ["n"])],
        [helper.make_tensor("table", TensorProto.FLOAT, [3], [0.5, 1.5, 2.5])],
    )


def slow():
    """y = x multiplied by a matrix often enough to take about 100 ms: for queues and drains."""
    size, times = 512, 60
    nodes = [
        helper.make_node("ConstantOfShape", ["shape"], ["m"]),
        helper.make_node("Expand", ["x", "shape"], ["y0"]),
    ]
    nodes += [helper.make_node("MatMul", [f"y{i}", "m"], [f"y{i + 1}"]) for i in range(times)]
    nodes.append(helper.make_node("ReduceSum", [f"y{times}"], ["y"], keepdims=0))
    save(
        "slow",
        nodes,
        [value("x", TensorProto.FLOAT, [1])],
        [value("y", TensorProto.FLOAT, [])],
        [helper.make_tensor("shape", TensorProto.INT64, [2], [size, size])],
    )


def centered():
    """y = x minus the mean over all items, FP32 [batch, 4]: items influence each other."""
    save(
        "centered",
        [
            helper.make_node("ReduceMean", ["x"], ["mean"], axes=[0]),
            helper.make_node("Sub", ["x", "mean"], ["y"]),
        ],
        [value("x", TensorProto.FLOAT, ["batch", 4])],
        [value("y", TensorProto.FLOAT, ["batch", 4])],
    )


def positions():
    """y = the positions of what is not 0 in x: the values decide over the output's shape."""
    save(
        "positions",
        [helper.make_node("NonZero", ["x"], ["y"])],
        [value("x", TensorProto.FLOAT, ["n"])],
        [value("y", TensorProto.INT64, [1, "count"])],
    )


def self_test():
    """add_sub with its golden inputs as a variant."""
    target = TARGET.parents[2] / "main" / "resources" / "self-test"
    target.mkdir(parents=True, exist_ok=True)
    (target / "model.onnx").write_bytes((TARGET / "add_sub.onnx").read_bytes())
    a = np.array([[1, 2, 3, 4], [0.5, -1, 0, 8]], np.float32)
    b = np.array([[4, 3, 2, 1], [1, 1, 1, 1]], np.float32)
    arrays = {"input/a": a, "input/b": b, "output/sum": a + b, "output/difference": a - b}
    with zipfile.ZipFile(target / "golden.npz", "w") as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w") as entry:
                np.lib.format.write_array(entry, array)
    tensors = {
        kind: [{"name": n, "datatype": "FP32", "shape": [-1, 4]} for n in names]
        for kind, names in {"inputs": ("a", "b"), "outputs": ("sum", "difference")}.items()
    }
    manifest = {
        "schemaVersion": "modelfleet.dev/variant/v1",
        "key": "self-test",
        "name": "self-test",
        "recipe": "original",
        "modelFile": "model.onnx",
        "target": None,
        "source": None,
        **tensors,
        "golden": {"file": "golden.npz", "samples": 2, "minCosine": 0.9999},
    }
    (target / "variant.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for make in (identity, add_sub, casts, unsigned_input, gather, slow, centered, positions, self_test):
        make()
