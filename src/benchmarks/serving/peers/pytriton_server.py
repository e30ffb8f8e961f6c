"""The front end of Triton as nvidia-pytriton ships it, with onnxruntime in its Python back end.

    python pytriton_server.py MODEL.onnx NAME THREADS HTTP_PORT [MAX_BATCH_SIZE]
"""

import sys

import numpy as np
import onnxruntime
from pytriton.decorators import batch
from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

TYPES = {"tensor(int64)": np.int64, "tensor(float)": np.float32}

model, name, threads, port = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
max_batch_size = int(sys.argv[5]) if len(sys.argv) > 5 else 0
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
options.inter_op_num_threads = 1
options.add_session_config_entry("session.intra_op.allow_spinning", "0")
session = onnxruntime.InferenceSession(model, options)
outputs = [output.name for output in session.get_outputs()]


def infer(requests):
    return [dict(zip(outputs, session.run(outputs, request.data))) for request in requests]


@batch
def infer_batch(**inputs):
    return dict(zip(outputs, session.run(outputs, inputs)))


def tensor(value):
    shape = tuple(d if isinstance(d, int) else -1 for d in value.shape)
    return Tensor(
        name=value.name,
        dtype=TYPES[value.type],
        shape=shape[1:] if max_batch_size else shape,
    )


configuration = TritonConfig(
    http_address="127.0.0.1",
    grpc_address="127.0.0.1",
    http_port=port,
    grpc_port=port + 1,
    metrics_port=port + 2,
)
with Triton(config=configuration) as triton:
    triton.bind(
        model_name=name,
        infer_func=infer_batch if max_batch_size else infer,
        inputs=[tensor(value) for value in session.get_inputs()],
        outputs=[tensor(value) for value in session.get_outputs()],
        config=ModelConfig(
            batching=max_batch_size > 0,
            max_batch_size=max_batch_size or 1,
            batcher=DynamicBatcher(),
        ),
        strict=False,
    )
    triton.serve()
