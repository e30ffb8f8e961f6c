"""Measures the server: start, memory, latency and throughput against bare ONNX Runtime.

    python3 measure.py --runtime DIR --variant DIR [--starts 5] [--requests 2000]

DIR of --runtime holds the runtime's jar and those it depends on (mvn dependency:copy-dependencies);
--variant is a variant with the inputs of a BERT-like model (input_ids, attention_mask,
token_type_ids). Needs Python 3.9 and JAVA_HOME; prints tables in Markdown.

Wall-clock times on a busy machine say little: the load average is printed, and start is also given
in CPU time.
"""

import argparse
import glob
import http.client
import json
import os
import pathlib
import platform
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

HERE = pathlib.Path(__file__).parent
FLAGS = [
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseCompactObjectHeaders",
    "-XX:MaxRAMPercentage=25",
    "-Xms12m",
    "-Xmn4m",
    "-Xss512k",
    "-XX:-UsePerfData",
]
ENVIRONMENT = {"ORT_DISABLE_TELEMETRY": "1", "MALLOC_ARENA_MAX": "2"}
TICK = os.sysconf("SC_CLK_TCK")


class Runtime:
    def __init__(self, directory, work):
        self.java = os.path.join(os.environ["JAVA_HOME"], "bin", "java")
        self.work = work
        jars = sorted(glob.glob(os.path.join(directory, "*.jar")))
        main = [jar for jar in jars if "modelfleet-runtime" in jar]
        self.classpath = ":".join(main + [jar for jar in jars if jar not in main])
        self.native = os.path.join(work, "native")
        machine = {"x86_64": "linux-x64", "aarch64": "linux-aarch64"}[platform.machine()]
        jar = next(jar for jar in jars if os.path.basename(jar).startswith("onnxruntime-"))
        os.makedirs(self.native)
        with zipfile.ZipFile(jar) as archive:
            for name in archive.namelist():
                if f"native/{machine}/" in name and name.endswith(".so"):
                    with open(os.path.join(self.native, os.path.basename(name)), "wb") as file:
                        file.write(archive.read(name))
        self.cache = os.path.join(work, "app.aot")

    def flags(self, aot):
        return [
            *FLAGS,
            f"-Donnxruntime.native.path={self.native}",
            *([f"-XX:AOTCache={self.cache}"] if aot else []),
            "-cp",
            self.classpath,
        ]

    def train(self):
        subprocess.run(
            [
                self.java,
                f"-XX:AOTCacheOutput={self.cache}",
                *self.flags(False),
                "dev.modelfleet.runtime.Main",
                "serve",
                "--self-test",
                "--http-port=0",
                "--grpc-port=0",
                "--metrics-port=0",
            ],
            check=True,
            env={**os.environ, **ENVIRONMENT},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def bare(self, model, threads, concurrent, runs):
        output = subprocess.run(
            [
                self.java,
                *self.flags(False),
                str(HERE / "BareRun.java"),
                *map(str, (model, threads, concurrent, 1, 64, runs)),
            ],
            check=True,
            env={**os.environ, **ENVIRONMENT},
            capture_output=True,
            text=True,
        )
        return json.loads(output.stdout.splitlines()[-1])


class Server:
    def __init__(self, runtime, variant, aot, options=()):
        self.port = free_port()
        started = time.monotonic()
        self.process = subprocess.Popen(
            [
                runtime.java,
                *runtime.flags(aot),
                "dev.modelfleet.runtime.Main",
                "serve",
                f"--model-dir={variant}",
                f"--http-port={self.port}",
                "--metrics-port=0",
                "--drain-delay=0",
                *options,
            ],
            env={**os.environ, **ENVIRONMENT},
            stdout=subprocess.DEVNULL,
        )
        while not self.is_ready():
            if self.process.poll() is not None:
                sys.exit("the server ended while starting")
            time.sleep(0.005)
        self.ready_seconds = time.monotonic() - started
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        self.cpu_seconds = (int(fields[11]) + int(fields[12])) / TICK

    def is_ready(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/v2/health/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def memory(self):
        """RSS and PSS in MiB."""
        figures = {}
        with open(f"/proc/{self.process.pid}/smaps_rollup") as file:
            for line in file:
                key, _, value = line.partition(":")
                if key in ("Rss", "Pss"):
                    figures[key] = int(value.split()[0]) / 1024
        return figures["Rss"], figures["Pss"]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def infer_request(name):
    tokens = 64
    ids = struct.pack(f"<{tokens}q", *(1000 + i * 7919 % 20000 for i in range(tokens)))
    blobs = {
        "input_ids": ids,
        "attention_mask": struct.pack(f"<{tokens}q", *[1] * tokens),
        "token_type_ids": bytes(8 * tokens),
    }
    header = {
        "inputs": [
            {
                "name": key,
                "shape": [1, tokens],
                "datatype": "INT64",
                "parameters": {"binary_data_size": len(blob)},
            }
            for key, blob in blobs.items()
        ],
        "parameters": {"binary_data_output": True},
    }
    text = json.dumps(header).encode()
    body = text + b"".join(blobs.values())
    head = (
        f"POST /v2/models/{name}/infer HTTP/1.1\r\nHost: x\r\n"
        f"Inference-Header-Content-Length: {len(text)}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def client(port, request, count, latencies):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(count):
            start = time.perf_counter_ns()
            connection.sendall(request)
            answer = connection.recv(1 << 18)
            end = answer.index(b"\r\n\r\n") + 4
            head = answer[:end].lower()
            if not head.startswith(b"http/1.1 200"):
                raise RuntimeError(answer[:300])
            left = int(head.split(b"content-length: ")[-1].split(b"\r\n")[0]) + end - len(answer)
            while left > 0:
                left -= len(connection.recv(1 << 18))
            latencies.append((time.perf_counter_ns() - start) / 1000)


def load(server, request, concurrent, count):
    latencies = [[] for _ in range(concurrent)]
    threads = [
        threading.Thread(target=client, args=(server.port, request, count // concurrent, each))
        for each in latencies
    ]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - start
    values = sorted(value for each in latencies for value in each)
    return {
        "p50_us": values[len(values) // 2],
        "p99_us": values[int(len(values) * 0.99)],
        "per_second": len(values) / seconds,
    }


def starts(runtime, variant, count):
    print("\n| Start to ready | wall, median | wall, best | CPU | RSS at rest | PSS at rest |")
    print("|---|---|---|---|---|---|")
    for aot in (False, True):
        servers = []
        for _ in range(count):
            server = Server(runtime, variant, aot)
            time.sleep(1)
            servers.append((server.ready_seconds, server.cpu_seconds, *server.memory()))
            server.stop()
        wall, cpu, rss, pss = map(list, zip(*servers))
        print(
            f"| {'with' if aot else 'without'} AOT cache | {statistics.median(wall):.2f} s "
            f"| {min(wall):.2f} s | {statistics.median(cpu):.2f} s "
            f"| {statistics.median(rss):.0f} MiB | {statistics.median(pss):.0f} MiB |"
        )


def throughput(runtime, variant, threads, count):
    manifest = json.loads((pathlib.Path(variant) / "variant.json").read_text())
    model = pathlib.Path(variant) / manifest["modelFile"]
    request = infer_request(manifest["name"])
    print("\n| Clients | | p50 | p99 | per second |")
    print("|---|---|---|---|---|")
    server = Server(runtime, variant, True, [f"--threads={threads}"])
    load(server, request, 1, 200)
    for concurrent in (1, 8, 64):
        rows = {
            "bare": runtime.bare(model, threads, min(concurrent, threads), count),
            "HTTP, binary": load(server, request, concurrent, count),
        }
        for name, row in rows.items():
            print(
                f"| {concurrent} | {name} | {row['p50_us']:.0f} µs | {row['p99_us']:.0f} µs "
                f"| {row['per_second']:.0f} |"
            )
    rss, pss = server.memory()
    print(f"\nAfter the load: RSS {rss:.0f} MiB, PSS {pss:.0f} MiB.")
    server.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runtime", required=True)
    parser.add_argument("--variant", required=True)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} CPUs, load average {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as work:
        runtime = Runtime(arguments.runtime, work)
        runtime.train()
        print(f"AOT cache: {os.path.getsize(runtime.cache) / 2**20:.0f} MiB")
        starts(runtime, arguments.variant, arguments.starts)
        throughput(runtime, arguments.variant, arguments.threads, arguments.requests)


if __name__ == "__main__":
    main()
