"""Measures the server at rest, started as the image starts it: start to ready and memory.

    python3 footprint.py --app runtime-image/target/image/app --variant DIR [--starts 5]
        [--java=-XX:OPTION]... [--serve=--OPTION=VALUE]... [--environment NAME=VALUE]...

The folder of --app is what `mvnw package` makes for the image; it is copied, and the AOT cache is made
there as the Dockerfile makes it, with the options of serve.options. --java, --serve and --environment
add to those, to compare. Needs Python 3.9, Linux and JAVA_HOME; prints a table in Markdown and the
limits: ready in 1.0 s, resident memory at most twice the model's file and 100 MiB.

Ends with exit code 1 where a limit is missed.
"""

import argparse
import http.client
import json
import os
import pathlib
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

SOURCES = pathlib.Path(__file__).parents[3] / "runtime-image/src/main/image"
ENVIRONMENT = {"ORT_DISABLE_TELEMETRY": "1", "MALLOC_ARENA_MAX": "2"}
READY_SECONDS = 1.0
MIB = 1 << 20
SETTLE_SECONDS = 12


class Image:
    """What lies under /app in the image, in a folder of its own."""

    def __init__(self, app, folder, java_options, environment):
        shutil.copytree(f"{app}/lib", f"{folder}/lib")
        machine = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
        shutil.copytree(f"{app}/native/{machine}", f"{folder}/native")
        text = (SOURCES / "serve.options").read_text().replace("/app/", f"{folder}/")
        options = [line for line in text.splitlines() if line and not line.startswith("#")]
        self.java = [f"{os.environ['JAVA_HOME']}/bin/java", *options, *java_options]
        self.main = ["-jar", f"{folder}/lib/modelfleet-runtime.jar", "serve"]
        self.environment = {**os.environ, **ENVIRONMENT, **environment}
        cache = f"{folder}/serve.aot"
        self.run([f"-XX:AOTCacheOutput={cache}"], ["--self-test", *ports()]).wait()
        self.cache_bytes = os.path.getsize(cache)
        self.cache = f"-XX:AOTCache={cache}"

    def run(self, java, serve):
        return subprocess.Popen(
            [*self.java, *java, *self.main, *serve],
            env=self.environment,
            stdout=subprocess.DEVNULL,
        )


def ports():
    return [f"--{protocol}-port={free_port()}" for protocol in ("http", "grpc", "metrics")]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_ready(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/v2/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def memory(pid):
    """Figures of smaps_rollup in bytes."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        lines = [line.split() for line in file if line.endswith("kB\n")]
    return {line[0].rstrip(":"): int(line[1]) * 1024 for line in lines}


def start(image, variant, options):
    """One start: seconds of wall and CPU time to ready, then memory at rest."""
    arguments = ports()
    port = int(arguments[0].split("=")[1])
    began = time.monotonic()
    process = image.run(
        [image.cache], [f"--model-dir={variant}", "--drain-delay=0", *arguments, *options]
    )
    while not is_ready(port):
        if process.poll() is not None:
            sys.exit("the server ended while starting")
        time.sleep(0.005)
    wall = time.monotonic() - began
    with open(f"/proc/{process.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    time.sleep(SETTLE_SECONDS)
    used = memory(process.pid)
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    return wall, cpu, used["Rss"], used["Pss"], used["Anonymous"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--app", required=True)
    parser.add_argument("--variant", required=True)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--java", action="append", default=[])
    parser.add_argument("--serve", action="append", default=[])
    parser.add_argument("--environment", action="append", default=[])
    arguments = parser.parse_args()
    environment = dict(pair.split("=", 1) for pair in arguments.environment)
    manifest = json.loads((pathlib.Path(arguments.variant) / "variant.json").read_text())
    model_bytes = (pathlib.Path(arguments.variant) / manifest["modelFile"]).stat().st_size
    limit = 2 * model_bytes + 100 * MIB
    with tempfile.TemporaryDirectory() as folder:
        image = Image(arguments.app, folder, arguments.java, environment)
        runs = [
            start(image, arguments.variant, arguments.serve) for _ in range(arguments.starts)
        ]
        print(
            f"{platform.machine()}, {os.cpu_count()} CPUs, load average {os.getloadavg()[0]:.1f},"
            f" {arguments.starts} starts, AOT cache {image.cache_bytes / MIB:.0f} MiB"
        )
    wall, cpu, rss, pss, anonymous = (statistics.median(column) for column in zip(*runs))
    print("\n| ready, median | ready, best | CPU | RSS | PSS | anonymous | RSS limit |")
    print("|---|---|---|---|---|---|---|")
    print(
        f"| {wall:.2f} s | {min(run[0] for run in runs):.2f} s | {cpu:.2f} s | {rss / MIB:.0f} MiB"
        f" | {pss / MIB:.0f} MiB | {anonymous / MIB:.0f} MiB | {limit / MIB:.0f} MiB |"
    )
    sys.exit(0 if wall <= READY_SECONDS and rss <= limit else 1)


if __name__ == "__main__":
    main()
