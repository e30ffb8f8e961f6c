"""The unmodified tritonclient HTTP client against a server that serves the model `identity`.

    python http_client_test.py HOST:PORT

Prints a line for each case; exits 1 when one fails.
"""

import asyncio
import sys

import numpy as np
import tritonclient.http as http
import tritonclient.http.aio as http_aio
from suite import ARRAYS, BINARY_ONLY, MODEL, case, check, expect_error, run_all

def inputs(arrays=ARRAYS, binary=True, module=http):
    made = []
    for kind, array in arrays.items():
        tensor = module.InferInput(f"in_{kind}", list(array.shape), kind)
        tensor.set_data_from_numpy(array, binary_data=binary or kind in BINARY_ONLY)
        made.append(tensor)
    return made


def outputs(kinds=ARRAYS, binary=True):
    return [
        http.InferRequestedOutput(f"out_{kind}", binary_data=binary or kind in BINARY_ONLY)
        for kind in kinds
    ]


@case
def server_is_live_and_ready(client):
    assert client.is_server_live()
    assert client.is_server_ready()


@case
def model_is_ready(client):
    assert client.is_model_ready(MODEL)
    assert client.is_model_ready(MODEL, "1")


@case
def unknown_model_is_not_ready(client):
    assert not client.is_model_ready("other")
    assert not client.is_model_ready(MODEL, "2")


@case
def server_metadata(client):
    metadata = client.get_server_metadata()
    assert metadata["name"] == "modelfleet"
    assert "binary_tensor_data" in metadata["extensions"]


@case
def model_metadata(client):
    metadata = client.get_model_metadata(MODEL)
    assert metadata["versions"] == ["1"]
    assert {i["datatype"] for i in metadata["inputs"]} == set(ARRAYS)


@case
def model_config(client):
    config = client.get_model_config(MODEL, "1")
    assert config["input"][0]["data_type"].startswith("TYPE_")


@case
def statistics_grow(client):
    def count():
        stats = client.get_inference_statistics(MODEL)["model_stats"][0]
        assert stats["inference_stats"]["cache_hit"]["count"] == 0
        return stats["inference_stats"]["success"]["count"]

    before = count()
    client.infer(MODEL, inputs())
    assert count() == before + 1


@case
def all_statistics(client):
    assert client.get_inference_statistics()["model_stats"][0]["name"] == MODEL


@case
def repository_index(client):
    index = client.get_model_repository_index()
    assert index == [{"name": MODEL, "version": "1", "state": "READY", "reason": ""}], index


@case
def a_model_is_loaded_again(client):
    client.load_model(MODEL)
    assert client.is_model_ready(MODEL)
    check(client.infer(MODEL, inputs()))


@case
def a_model_is_unloaded_and_loaded(client):
    client.unload_model(MODEL)
    assert client.get_model_repository_index()[0]["state"] == "UNAVAILABLE"
    expect_error(lambda: client.infer(MODEL, inputs()), 404, "no such model")
    client.load_model(MODEL)
    check(client.infer(MODEL, inputs()))


@case
def loading_an_unknown_model_is_an_error(client):
    expect_error(lambda: client.load_model("other"), 404, "has no model 'other'")
    expect_error(lambda: client.load_model(MODEL, config="{}"), 400, "'config'")


@case
def unknown_model_metadata_is_an_error(client):
    expect_error(lambda: client.get_model_metadata("other"), 404, "no such model")


@case
def binary_in_binary_out(client):
    check(client.infer(MODEL, inputs()))


@case
def json_in_json_out(client):
    check(client.infer(MODEL, inputs(binary=False), outputs=outputs(binary=False)))


@case
def json_in_binary_out(client):
    check(client.infer(MODEL, inputs(binary=False), outputs=outputs()))


@case
def binary_in_json_out(client):
    check(client.infer(MODEL, inputs(), outputs=outputs(binary=False)))


@case
def mixed_forms(client):
    mixed = inputs(binary=False)
    mixed[4].set_data_from_numpy(ARRAYS["INT32"], binary_data=True)
    check(client.infer(MODEL, mixed, outputs=outputs(["INT32", "FP64"])), ["INT32", "FP64"])


def one_output(kind):
    def run(client):
        check(client.infer(MODEL, inputs(), outputs=outputs([kind])), [kind])

    run.__name__ = f"requested_output_{kind}"
    return run


def one_json_output(kind):
    def run(client):
        check(client.infer(MODEL, inputs(), outputs=outputs([kind], binary=False)), [kind])

    run.__name__ = f"requested_json_output_{kind}"
    return run


for each in ARRAYS:
    case(one_output(each))
    if each not in BINARY_ONLY:
        case(one_json_output(each))


@case
def fp16_as_json_is_an_error(client):
    asked = [http.InferRequestedOutput("out_FP16", binary_data=False)]
    expect_error(lambda: client.infer(MODEL, inputs(), outputs=asked), 400, "no JSON form")


@case
def request_id_is_echoed(client):
    response = client.infer(MODEL, inputs(), request_id="r-1").get_response()
    assert response["id"] == "r-1"
    assert response["model_name"] == MODEL and response["model_version"] == "1"


@case
def named_version(client):
    check(client.infer(MODEL, inputs(), model_version="1"))


@case
def parameters_are_accepted(client):
    check(
        client.infer(
            MODEL,
            inputs(),
            priority=1,
            timeout=10_000_000,
            parameters={"text": "a", "number": 1, "flag": True},
        )
    )


@case
def empty_tensors(client):
    empty = {kind: array[:, :0] for kind, array in ARRAYS.items()}
    check(client.infer(MODEL, inputs(empty)), arrays=empty)


@case
def batch_of_many(client):
    many = {kind: np.repeat(array, 50, axis=0) for kind, array in ARRAYS.items()}
    check(client.infer(MODEL, inputs(many)), arrays=many)


@case
def large_tensors(client):
    large = dict(ARRAYS, FP32=np.arange(500_000, dtype=np.float32).reshape(1, -1))
    check(client.infer(MODEL, inputs(large), outputs=outputs(["FP32"])), ["FP32"], large)


@case
def gzip_request(client):
    check(client.infer(MODEL, inputs(), request_compression_algorithm="gzip"))


@case
def deflate_request(client):
    check(client.infer(MODEL, inputs(), request_compression_algorithm="deflate"))


@case
def compressed_response_may_be_asked_for(client):
    check(client.infer(MODEL, inputs(), response_compression_algorithm="gzip"))


@case
def async_inference(client):
    for pending in [client.async_infer(MODEL, inputs()) for _ in range(20)]:
        check(pending.get_result())


@case
def generated_request_body(client):
    body, length = http.InferenceServerClient.generate_request_body(inputs())
    assert length is not None and len(body) > length


@case
def classification(client):
    asked = [http.InferRequestedOutput("out_FP32", class_count=2)]
    top = client.infer(MODEL, inputs(), outputs=asked).as_numpy("out_FP32")
    assert top.shape == (1, 2) and top[0][0].decode().endswith(":2"), top


@case
def missing_input_is_an_error(client):
    expect_error(lambda: client.infer(MODEL, inputs()[1:]), 400, "'in_BOOL'")


@case
def unknown_input_is_an_error(client):
    wrong = http.InferInput("other", [1], "INT8")
    wrong.set_data_from_numpy(np.zeros(1, np.int8))
    expect_error(lambda: client.infer(MODEL, [*inputs(), wrong]), 400, "no input 'other'")


@case
def wrong_type_is_an_error(client):
    wrong = dict(ARRAYS)
    made = inputs(wrong)
    made[8] = http.InferInput("in_FP32", [1, 3], "FP64")
    made[8].set_data_from_numpy(ARRAYS["FP64"])
    expect_error(lambda: client.infer(MODEL, made), 400, "must be FP32")


@case
def wrong_rank_is_an_error(client):
    wrong = dict(ARRAYS, INT8=np.zeros(3, np.int8))
    expect_error(lambda: client.infer(MODEL, inputs(wrong)), 400, "must be [-1,-1]")


@case
def unknown_output_is_an_error(client):
    asked = [http.InferRequestedOutput("other")]
    expect_error(lambda: client.infer(MODEL, inputs(), outputs=asked), 400, "no output 'other'")


@case
def unknown_model_is_an_error(client):
    expect_error(lambda: client.infer("other", inputs()), 404, "no such model")


@case
def unknown_version_is_an_error(client):
    expect_error(lambda: client.infer(MODEL, inputs(), model_version="7"), 404, "no version '7'")


@case
def invalid_utf8_is_an_error(client):
    wrong = dict(ARRAYS, BYTES=np.array([[b"\xff\xfe", b"", b""]], object))
    expect_error(lambda: client.infer(MODEL, inputs(wrong)), 400, "not valid UTF-8")


@case
def asyncio_client(client):
    async def run():
        async with http_aio.InferenceServerClient(sys.argv[1]) as aio:
            assert await aio.is_server_ready()
            results = await asyncio.gather(*(aio.infer(MODEL, inputs()) for _ in range(10)))
            for result in results:
                check(result)

    asyncio.run(run())


if __name__ == "__main__":
    with http.InferenceServerClient(sys.argv[1], concurrency=8) as http_client:
        sys.exit(run_all(http_client))
