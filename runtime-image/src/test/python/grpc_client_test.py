"""The unmodified tritonclient gRPC client against a server that serves the model `identity`.

    python grpc_client_test.py HOST:PORT

Prints a line for each case; exits 1 when one fails.
"""

import asyncio
import queue
import sys

import grpc
import numpy as np
import tritonclient.grpc as triton
import tritonclient.grpc.aio as triton_aio
from suite import ARRAYS, MODEL, case, check, expect_error, run_all
from tritonclient.grpc import service_pb2, service_pb2_grpc
from tritonclient.utils import InferenceServerException


def inputs(arrays=ARRAYS, module=triton):
    made = []
    for kind, array in arrays.items():
        tensor = module.InferInput(f"in_{kind}", list(array.shape), kind)
        tensor.set_data_from_numpy(array)
        made.append(tensor)
    return made


def outputs(kinds):
    return [triton.InferRequestedOutput(f"out_{kind}") for kind in kinds]


@case
def server_is_live_and_ready(client):
    assert client.is_server_live()
    assert client.is_server_ready()


@case
def model_is_ready(client):
    assert client.is_model_ready(MODEL)
    assert client.is_model_ready(MODEL, "1")


@case
def unknown_model_is_an_error(client):
    expect_error(lambda: client.get_model_metadata("other"), "NOT_FOUND", "no such model")
    expect_error(lambda: client.infer("other", inputs()), "NOT_FOUND", "no such model")


@case
def unknown_version_is_an_error(client):
    call = lambda: client.infer(MODEL, inputs(), model_version="7")  # noqa: E731
    expect_error(call, "NOT_FOUND", "no version '7'")


@case
def repository_index(client):
    (model,) = client.get_model_repository_index().models
    assert (model.name, model.version, model.state) == (MODEL, "1", "READY"), model


@case
def a_model_is_unloaded_and_loaded(client):
    client.unload_model(MODEL)
    assert client.get_model_repository_index().models[0].state == "UNAVAILABLE"
    expect_error(lambda: client.infer(MODEL, inputs()), "NOT_FOUND", "no such model")
    client.load_model(MODEL)
    check(client.infer(MODEL, inputs()))


@case
def loading_an_unknown_model_is_an_error(client):
    expect_error(lambda: client.load_model("other"), "NOT_FOUND", "has no model 'other'")
    expect_error(lambda: client.load_model(MODEL, config="{}"), "INVALID_ARGUMENT", "config")


@case
def server_metadata(client):
    assert client.get_server_metadata().name == "modelfleet"


@case
def model_metadata(client):
    metadata = client.get_model_metadata(MODEL, as_json=True)
    assert metadata["versions"] == ["1"]
    assert {i["datatype"] for i in metadata["inputs"]} == set(ARRAYS)


@case
def model_config(client):
    config = client.get_model_config(MODEL).config
    assert config.backend == "onnxruntime"
    assert config.input[0].dims == [-1, -1]


@case
def statistics_grow(client):
    def count():
        stats = client.get_inference_statistics(MODEL).model_stats[0]
        return stats.inference_stats.success.count

    before = count()
    client.infer(MODEL, inputs())
    assert count() == before + 1


@case
def all_statistics(client):
    assert client.get_inference_statistics().model_stats[0].name == MODEL


@case
def inference(client):
    check(client.infer(MODEL, inputs()))


def one_output(kind):
    def run(client):
        check(client.infer(MODEL, inputs(), outputs=outputs([kind])), [kind])

    run.__name__ = f"requested_output_{kind}"
    return run


for each in ARRAYS:
    case(one_output(each))


@case
def request_id_is_echoed(client):
    response = client.infer(MODEL, inputs(), request_id="r-1").get_response()
    assert response.id == "r-1"
    assert response.model_name == MODEL and response.model_version == "1"


@case
def parameters_are_accepted(client):
    check(client.infer(MODEL, inputs(), priority=1, timeout=10_000_000, parameters={"a": "b"}))


@case
def empty_tensors(client):
    empty = {kind: array[:, :0] for kind, array in ARRAYS.items()}
    check(client.infer(MODEL, inputs(empty)), arrays=empty)


@case
def large_tensors(client):
    large = dict(ARRAYS, FP32=np.arange(3_000_000, dtype=np.float32).reshape(1, -1))
    check(client.infer(MODEL, inputs(large), outputs=outputs(["FP32"])), ["FP32"], large)


@case
def gzip_request(client):
    check(client.infer(MODEL, inputs(), compression_algorithm="gzip"))


@case
def deflate_request(client):
    check(client.infer(MODEL, inputs(), compression_algorithm="deflate"))


@case
def async_inference(client):
    results = queue.Queue()
    for _ in range(20):
        client.async_infer(MODEL, inputs(), callback=lambda result, error: results.put((result, error)))
    for _ in range(20):
        result, error = results.get(timeout=20)
        assert error is None, error
        check(result)


@case
def client_timeout_is_long_enough(client):
    check(client.infer(MODEL, inputs(), client_timeout=20))


@case
def streaming_answers_in_order(client):
    results = queue.Queue()
    client.start_stream(callback=lambda result, error: results.put((result, error)))
    try:
        for i in range(30):
            client.async_stream_infer(MODEL, inputs(), request_id=str(i))
        for i in range(30):
            result, error = results.get(timeout=20)
            assert error is None, error
            assert result.get_response().id == str(i)
            check(result)
    finally:
        client.stop_stream()


@case
def a_refusal_does_not_end_the_stream(client):
    results = queue.Queue()
    client.start_stream(callback=lambda result, error: results.put((result, error)))
    try:
        client.async_stream_infer(MODEL, inputs()[1:])
        client.async_stream_infer(MODEL, inputs())
        _, error = results.get(timeout=20)
        assert "'in_BOOL'" in str(error), error
        result, error = results.get(timeout=20)
        assert error is None, error
        check(result)
    finally:
        client.stop_stream()


@case
def classification(client):
    asked = [triton.InferRequestedOutput("out_FP32", class_count=2)]
    top = client.infer(MODEL, inputs(), outputs=asked).as_numpy("out_FP32")
    assert top.shape == (1, 2) and top[0][0].decode().endswith(":2"), top


@case
def missing_input_is_an_error(client):
    expect_error(lambda: client.infer(MODEL, inputs()[1:]), "INVALID_ARGUMENT", "'in_BOOL'")


@case
def wrong_rank_is_an_error(client):
    wrong = dict(ARRAYS, INT8=np.zeros(3, np.int8))
    expect_error(lambda: client.infer(MODEL, inputs(wrong)), "INVALID_ARGUMENT", "[-1,-1]")


@case
def unknown_output_is_an_error(client):
    call = lambda: client.infer(MODEL, inputs(), outputs=outputs(["other"]))  # noqa: E731
    expect_error(call, "INVALID_ARGUMENT", "no output 'out_other'")


@case
def asyncio_client(_):
    async def run():
        async with triton_aio.InferenceServerClient(sys.argv[1]) as client:
            assert await client.is_server_ready()
            results = await asyncio.gather(*(client.infer(MODEL, inputs()) for _ in range(10)))
            for result in results:
                check(result)

    asyncio.run(run())


def stub():
    return service_pb2_grpc.GRPCInferenceServiceStub(grpc.insecure_channel(sys.argv[1]))


def refused(request, text):
    try:
        stub().ModelInfer(request, timeout=20)
    except grpc.RpcError as e:
        assert e.code() == grpc.StatusCode.INVALID_ARGUMENT, e
        assert text in e.details(), e.details()
        return
    raise AssertionError(f"must be refused: {text}")


@case
def half_floats_have_no_typed_contents(_):
    request = service_pb2.ModelInferRequest(model_name=MODEL)
    request.inputs.add(name="in_FP16", datatype="FP16", shape=[1, 1]).contents.fp32_contents.append(1)
    refused(request, "no typed contents")


@case
def raw_and_typed_contents_are_not_mixed(_):
    request = service_pb2.ModelInferRequest(model_name=MODEL)
    tensor = request.inputs.add(name="in_INT8", datatype="INT8", shape=[1, 1])
    tensor.contents.int_contents.append(1)
    request.raw_input_contents.append(b"\1")
    refused(request, "both contents and raw_input_contents")


@case
def raw_contents_must_match_the_inputs(_):
    request = service_pb2.ModelInferRequest(model_name=MODEL)
    request.inputs.add(name="in_INT8", datatype="INT8", shape=[1, 1])
    request.raw_input_contents.extend([b"\1", b"\2"])
    refused(request, "2 elements for 1 inputs")


@case
def typed_integers_must_fit(_):
    request = service_pb2.ModelInferRequest(model_name=MODEL)
    tensor = request.inputs.add(name="in_INT8", datatype="INT8", shape=[1, 1])
    tensor.contents.int_contents.append(128)
    refused(request, "128 does not fit INT8")


@case
def raw_bytes_must_match_the_shape(_):
    request = service_pb2.ModelInferRequest(model_name=MODEL)
    request.inputs.add(name="in_INT32", datatype="INT32", shape=[1, 2])
    request.raw_input_contents.append(b"1234")
    refused(request, "needs 8")


@case
def unknown_method_is_unimplemented(client):
    try:
        client.get_trace_settings()
    except InferenceServerException as e:
        assert "UNIMPLEMENTED" in e.status(), e
        return
    raise AssertionError("must be UNIMPLEMENTED")


@case
def standard_health_check(_):
    channel = grpc.insecure_channel(sys.argv[1])
    check_health = channel.unary_unary("/grpc.health.v1.Health/Check")
    assert check_health(b"", timeout=20) == b"\x08\x01"
    try:
        check_health(b"\x0a\x05other", timeout=20)
    except grpc.RpcError as e:
        assert e.code() == grpc.StatusCode.NOT_FOUND
        return
    raise AssertionError("an unknown service must be NOT_FOUND")


@case
def garbage_is_refused(_):
    channel = grpc.insecure_channel(sys.argv[1])
    infer = channel.unary_unary("/inference.GRPCInferenceService/ModelInfer")
    for garbage in (b"\xff\xff\xff", b"\x0a\x7f", bytes(50)):
        try:
            infer(garbage, timeout=20)
        except grpc.RpcError as e:
            assert e.code() == grpc.StatusCode.INVALID_ARGUMENT, e
        else:
            raise AssertionError("garbage must be refused")


if __name__ == "__main__":
    options = [("grpc.max_receive_message_length", -1)]
    with triton.InferenceServerClient(sys.argv[1], channel_args=options) as grpc_client:
        sys.exit(run_all(grpc_client))
