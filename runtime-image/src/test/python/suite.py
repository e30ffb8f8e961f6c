"""What the suites of the client tests share: arrays of every type, checks and a runner."""

import sys
import traceback

import ml_dtypes
import numpy as np
from tritonclient.utils import InferenceServerException

MODEL = "identity"
ARRAYS = {
    "BOOL": np.array([[True, False, True]]),
    "UINT8": np.array([[0, 7, 255]], np.uint8),
    "INT8": np.array([[-128, 0, 127]], np.int8),
    "INT16": np.array([[-32768, 1, 32767]], np.int16),
    "INT32": np.array([[-(2**31), 1, 2**31 - 1]], np.int32),
    "INT64": np.array([[-(2**63), 1, 2**63 - 1]], np.int64),
    "FP16": np.array([[0.5, -2, 65504]], np.float16),
    "BF16": np.array([[0.5, -2, 256]], ml_dtypes.bfloat16),
    "FP32": np.array([[0.5, -1e-30, 3e38]], np.float32),
    "FP64": np.array([[0.5, -1e-300, 1e300]], np.float64),
    "BYTES": np.array([["", "a b", "größer"]], object),
}
# Types without a JSON form and without typed gRPC contents.
BINARY_ONLY = {"FP16", "BF16"}
CASES = []


def case(function):
    CASES.append((function.__name__, function))
    return function


def check(result, kinds=ARRAYS, arrays=ARRAYS):
    for kind in kinds:
        actual = result.as_numpy(f"out_{kind}")
        expected = arrays[kind]
        if kind == "BYTES":
            actual = np.array(
                [x.decode() if isinstance(x, bytes) else x for x in actual.flatten()], object
            ).reshape(actual.shape)
        assert actual.shape == expected.shape, (kind, actual.shape)
        assert np.array_equal(actual, expected), (kind, actual, expected)


def expect_error(call, status, text):
    try:
        call()
    except InferenceServerException as e:
        assert str(status) in str(e.status()), e.status()
        assert text in e.message(), e.message()
        return
    raise AssertionError(f"no error, expected {status} {text}")


def run_all(client):
    """Runs every case and gives the exit code."""
    failed = 0
    for name, run in CASES:
        try:
            run(client)
            print("ok  ", name)
        except Exception:  # a case may fail in any way; the rest must still run
            failed += 1
            print("FAIL", name)
            traceback.print_exc(file=sys.stdout)
    print(f"{len(CASES) - failed} of {len(CASES)} cases passed")
    return 1 if failed else 0
