"""Typed gRPC contents, which the client library does not send, against the model `add_sub`.

    python grpc_typed_test.py HOST:PORT
"""

import sys

import grpc
import numpy as np
from tritonclient.grpc import service_pb2, service_pb2_grpc


def main():
    stub = service_pb2_grpc.GRPCInferenceServiceStub(grpc.insecure_channel(sys.argv[1]))
    request = service_pb2.ModelInferRequest(model_name="add_sub", id="typed")
    for name, values in {"a": [1, 2, 3, 4], "b": [4, 3, 2, 1]}.items():
        tensor = request.inputs.add(name=name, datatype="FP32", shape=[1, 4])
        tensor.contents.fp32_contents.extend(values)
    response = stub.ModelInfer(request, timeout=20)
    total = np.frombuffer(response.raw_output_contents[0], np.float32)
    assert total.tolist() == [5, 5, 5, 5], total
    assert response.id == "typed"
    assert response.outputs[1].name == "difference"
    assert list(response.outputs[1].shape) == [1, 4]
    print("typed contents are read")


if __name__ == "__main__":
    main()
