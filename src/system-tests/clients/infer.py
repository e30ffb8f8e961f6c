"""Asks a server for one inference with the unmodified tritonclient, and prints what came back.

usage: infer.py HOST:PORT MODEL
"""
import sys

import numpy
import tritonclient.http as triton

server, model = sys.argv[1:]
client = triton.InferenceServerClient(server)
assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(model)

for binary in (True, False):
    inputs = []
    for tensor in client.get_model_metadata(model)["inputs"]:
        shape = [1 if size == -1 else size for size in tensor["shape"]]
        if shape[-1] == 1 and len(shape) == 2:
            shape[-1] = 64
        dtype = triton.triton_to_np_dtype(tensor["datatype"])
        values = triton.InferInput(tensor["name"], shape, tensor["datatype"])
        values.set_data_from_numpy(numpy.ones(shape, dtype), binary_data=binary)
        inputs.append(values)
    result = client.infer(model, inputs, request_id="7")
    response = result.get_response()
    assert response["id"] == "7"
    for output in response["outputs"]:
        array = result.as_numpy(output["name"])
        assert list(array.shape) == output["shape"] and numpy.isfinite(array).all()
        print("binary" if binary else "json", output["name"], output["datatype"], output["shape"])
