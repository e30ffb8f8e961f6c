"""The KServe Python client against a server of the model add_sub: kserve_client_test.py HTTP GRPC."""

import asyncio
import sys

import numpy as np
from kserve import InferenceGRPCClient, InferenceRESTClient, InferInput, InferRequest
from kserve.inference_client import RESTConfig

HTTP, GRPC = sys.argv[1], sys.argv[2]
MODEL = "add_sub"
A = np.arange(2400, dtype=np.float32).reshape(600, 4)
B = np.ones((600, 4), np.float32)


def request(binary):
    inputs = []
    for name, values in (("a", A), ("b", B)):
        tensor = InferInput(name, list(values.shape), "FP32")
        tensor.set_data_from_numpy(values, binary_data=binary)
        inputs.append(tensor)
    return InferRequest(model_name=MODEL, request_id="7", infer_inputs=inputs)


def check(response):
    assert response.id == "7", response.id
    outputs = {output.name: output.as_numpy() for output in response.outputs}
    assert np.array_equal(outputs["sum"].reshape(A.shape), A + B), outputs["sum"]
    assert np.array_equal(outputs["difference"].reshape(A.shape), A - B), outputs["difference"]


async def rest():
    async with InferenceRESTClient(RESTConfig(protocol="v2")) as client:
        url = f"http://{HTTP}"
        assert await client.is_server_live(url)
        assert await client.is_server_ready(url)
        assert await client.is_model_ready(url, MODEL)
        assert not await client.is_model_ready(url, "other")
        for binary in (False, True):
            check(await client.infer(url, request(binary), model_name=MODEL))
            print("ok   REST", "binary" if binary else "JSON")
        try:
            await client.infer(url, request(True), model_name="other")
        except Exception as e:  # the client's own kind of error, with the server's reason in it
            assert "404" in str(e), e
            print("ok   REST, unknown model")
        else:
            raise AssertionError("an unknown model was answered")


async def grpc():
    async with InferenceGRPCClient(GRPC) as client:
        assert await client.is_server_live()
        assert await client.is_server_ready()
        assert await client.is_model_ready(MODEL)
        for binary in (False, True):
            check(await client.infer(request(binary)))
            print("ok   gRPC", "raw" if binary else "typed")


async def main():
    await rest()
    await grpc()


asyncio.run(main())
