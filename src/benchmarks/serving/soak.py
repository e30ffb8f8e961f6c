"""Serves at full load while the model is reloaded over and over: fails a request, or grows?

    python3 soak.py --app runtime-image/target/image/app --variant DIR [--seconds 600] [--reload 5]
        [--clients 8] [--tokens 64]

The server is started as the image starts it (footprint.py), with the variant (one with the inputs of a
BERT-like model) in a repository. Its model file is touched before each reload, so that it is really
loaded, proven, swapped in, and the old one drained and freed. Wanted: no failed request or reload, and
resident memory flat within 3 % after the first quarter.

Ends with exit code 1 where that does not hold.
"""

import argparse
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import struct
import sys
import tempfile
import threading
import time

from footprint import MIB, Image, is_ready, memory, ports

FLAT = 0.03


def infer_request(name, tokens):
    """The bytes of an HTTP request with binary tensors."""
    blobs = {
        "input_ids": struct.pack(f"<{tokens}q", *(1000 + i * 7919 % 20000 for i in range(tokens))),
        "attention_mask": struct.pack(f"<{tokens}q", *[1] * tokens),
        "token_type_ids": bytes(8 * tokens),
    }
    inputs = [
        {
            "name": key,
            "shape": [1, tokens],
            "datatype": "INT64",
            "parameters": {"binary_data_size": len(blob)},
        }
        for key, blob in blobs.items()
    ]
    text = json.dumps({"inputs": inputs, "parameters": {"binary_data_output": True}}).encode()
    body = text + b"".join(blobs.values())
    return (
        f"POST /v2/models/{name}/infer HTTP/1.1\r\nHost: x\r\n"
        f"Inference-Header-Content-Length: {len(text)}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


class Client(threading.Thread):
    """One connection that asks as fast as it is answered; a failure ends it and is kept."""

    def __init__(self, port, request, stop):
        super().__init__(daemon=True)
        self.port, self.request, self.stop = port, request, stop
        self.answered, self.failure = 0, None

    def run(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while not self.stop.is_set():
                    self.ask(connection)
                    self.answered += 1
        except Exception as e:  # whatever it is, it is a failed request
            self.failure = repr(e)

    def ask(self, connection):
        connection.sendall(self.request)
        answer = connection.recv(1 << 18)
        while b"\r\n\r\n" not in answer:
            piece = connection.recv(1 << 18)
            if not piece:
                raise RuntimeError("the connection was closed")
            answer += piece
        end = answer.index(b"\r\n\r\n") + 4
        head = answer[:end].lower()
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(answer[:300])
        # Not that of the header Inference-Header-Content-Length, which ends alike.
        length = head.split(b"\r\ncontent-length: ")[1].split(b"\r\n")[0]
        left = int(length) + end - len(answer)
        while left > 0:
            left -= len(connection.recv(1 << 18))


def reload(port, name):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", f"/v2/repository/models/{name}/load", "")
        response = connection.getresponse()
        return None if response.status == 200 else response.read().decode()
    finally:
        connection.close()


def soak(port, pid, model, name, arguments):
    """Failures, requests answered, the resident memory after each reload, and the time in all."""
    stop = threading.Event()
    request = infer_request(name, arguments.tokens)
    clients = [Client(port, request, stop) for _ in range(arguments.clients)]
    for client in clients:
        client.start()
    failures, resident = [], []
    began = time.monotonic()
    while time.monotonic() - began < arguments.seconds and all(c.is_alive() for c in clients):
        time.sleep(arguments.reload)
        os.utime(model)
        failure = reload(port, name)
        if failure:
            failures.append("reload: " + failure)
        resident.append(memory(pid)["Rss"])
    stop.set()
    for client in clients:
        client.join(60)
    failures += [client.failure for client in clients if client.failure]
    return failures, sum(client.answered for client in clients), resident, time.monotonic() - began


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--app", required=True)
    parser.add_argument("--variant", required=True)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--reload", type=float, default=5)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--java", action="append", default=[])
    parser.add_argument("--serve", action="append", default=[])
    arguments = parser.parse_args()
    manifest = json.loads((pathlib.Path(arguments.variant) / "variant.json").read_text())
    name = manifest["name"]
    with tempfile.TemporaryDirectory() as folder:
        image = Image(arguments.app, folder + "/app", arguments.java, {})
        version = f"{folder}/models/{name}/1"
        shutil.copytree(arguments.variant, version)
        options = ports()
        port = int(options[0].split("=")[1])
        process = image.run(
            [image.cache],
            [f"--model-repository={folder}/models", "--model-control", *options, *arguments.serve],
        )
        while not is_ready(port):
            if process.poll() is not None:
                sys.exit("the server ended while starting")
            time.sleep(0.05)
        failures, answered, resident, seconds = soak(
            port, process.pid, f"{version}/{manifest['modelFile']}", name, arguments
        )
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    quarter = max(1, len(resident) // 4)
    early = statistics.median(resident[quarter : 2 * quarter] or resident)
    late = statistics.median(resident[-quarter:])
    print(
        f"{answered} requests answered, {len(resident)} reloads in {seconds:.0f} s,"
        f" load average {os.getloadavg()[0]:.1f}; failures: {failures or 'none'}"
    )
    print(
        f"resident memory: second quarter {early / MIB:.1f} MiB, last quarter {late / MIB:.1f} MiB"
        f" ({(late - early) / early:+.1%}), least {min(resident) / MIB:.1f}, most {max(resident) / MIB:.1f}"
    )
    sys.exit(0 if not failures and late <= early * (1 + FLAT) else 1)


if __name__ == "__main__":
    main()
