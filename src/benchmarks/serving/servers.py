"""Servers of one model on free ports of the loopback interface: ours and its peers."""

import atexit
import http.client
import json
import os
import pathlib
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
SOURCES = HERE.parents[2] / "runtime-image/src/main/image"
ENVIRONMENT = {"ORT_DISABLE_TELEMETRY": "1", "MALLOC_ARENA_MAX": "2"}
TICK = os.sysconf("SC_CLK_TCK")
READY_SECONDS = 60


def free_ports():
    """The first of three free ports in a row."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        try:
            for i in range(3):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port + i))
            return port
        except OSError:
            continue


def on(cpus, command):
    return ["taskset", "-c", cpus, *command]


class Server:
    """A process (with children) that listens on `port` for HTTP and `port + 1` for gRPC."""

    def __init__(self, name, command, port, environment=None, cwd=None, ready="/v2/health/ready"):
        self.name = name
        self.port = port
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command,
            env={**os.environ, **(environment or {})},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        atexit.register(self.stop)
        end = time.monotonic() + READY_SECONDS
        while not self.is_ready(ready):
            if self.process.poll() is not None or time.monotonic() > end:
                self.log.seek(0)
                sys.exit(f"{name} does not start:\n{self.log.read().decode()[-3000:]}")
            time.sleep(0.05)

    def is_ready(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def processes(self):
        """The process and all below it."""
        parents = {}
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents[int(stat.parent.name)] = int(fields[1])
        tree = {self.process.pid}
        while True:
            more = {pid for pid, parent in parents.items() if parent in tree} - tree
            if not more:
                return tree
            tree |= more

    def cpu_seconds(self):
        total = 0
        for stat in self.read("stat"):
            fields = stat.rsplit(")", 1)[1].split()
            total += (int(fields[11]) + int(fields[12])) / TICK
        return total

    def read(self, file):
        """A file of /proc, of each process that is still there."""
        for pid in self.processes():
            try:
                yield pathlib.Path(f"/proc/{pid}/{file}").read_text()
            except OSError:
                continue

    def memory(self):
        """Resident memory in MiB, pages that the processes share counted once."""
        total = 0
        for rollup in self.read("smaps_rollup"):
            for line in rollup.splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) / 1024
        return total

    def told(self, words):
        """Lines of the log that have these words."""
        self.log.seek(0)
        return [line for line in self.log.read().decode().splitlines() if words in line]

    def stop(self):
        if self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Image:
    """What lies under /app in the image, with the AOT cache as the Dockerfile makes it."""

    def __init__(self, app, folder, options=SOURCES / "serve.options"):
        shutil.copytree(f"{app}/lib", f"{folder}/lib")
        machine = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
        shutil.copytree(f"{app}/native/{machine}", f"{folder}/native")
        self.native = f"{folder}/native"
        text = pathlib.Path(options).read_text().replace("/app/", f"{folder}/")
        options = [line for line in text.splitlines() if line and not line.startswith("#")]
        self.java = [f"{os.environ['JAVA_HOME']}/bin/java", *options]
        self.main = ["-jar", f"{folder}/lib/modelfleet-runtime.jar", "serve"]
        self.libraries = f"{folder}/lib"
        cache = f"{folder}/serve.aot"
        subprocess.run(
            [
                *self.java,
                f"-XX:AOTCacheOutput={cache}",
                *self.main,
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
        self.java.append(f"-XX:AOTCache={cache}")

    def serve(self, model, cpus, threads, options=(), name="Modelfleet"):
        port = free_ports()
        command = [
            *self.java,
            *self.main,
            f"--model-dir={model.variant}",
            f"--threads={threads}",
            f"--http-port={port}",
            f"--grpc-port={port + 1}",
            f"--metrics-port={port + 2}",
            "--drain-delay=0",
            *options,
        ]
        return Server(name, on(cpus, command), port, ENVIRONMENT)


class Model:
    """A model file, the variant made of it, and inputs as Load.java takes them."""

    def __init__(self, file, folder, inputs):
        self.name = "model"
        self.file = file
        self.inputs = inputs
        self.variant = pathlib.Path(folder) / "variant"
        self.variant.mkdir()
        shutil.copy(file, self.variant / "model.onnx")
        manifest = {
            "schemaVersion": "modelfleet.dev/variant/v1",
            "key": "benchmark",
            "name": self.name,
            "recipe": "benchmark",
            "modelFile": "model.onnx",
            "target": {"deviceClass": "CPU", "engine": "ONNXRuntime", "executionProvider": "CPU"},
            "inputs": [],
            "outputs": [],
        }
        self.manifest = manifest
        self.write_manifest()

    def write_manifest(self):
        (self.variant / "variant.json").write_text(json.dumps(self.manifest))

    def add_golden(self, file):
        self.manifest["golden"] = {"file": file, "samples": 1, "minCosine": 0.98}
        self.write_manifest()


def mlserver(python, model, cpus, threads, folder):
    """Without worker processes: on so few cores they cost more than they give."""
    port = free_ports()
    directory = pathlib.Path(folder) / "mlserver"
    directory.mkdir()
    shutil.copy(HERE / "peers/mlserver_model.py", directory)
    (directory / "settings.json").write_text(
        json.dumps(
            {
                "host": "127.0.0.1",
                "http_port": port,
                "grpc_port": port + 1,
                "metrics_port": port + 2,
                "parallel_workers": 0,
                "debug": False,
                "load_models_at_startup": True,
            }
        )
    )
    (directory / "model-settings.json").write_text(
        json.dumps(
            {
                "name": model.name,
                "implementation": "mlserver_model.OnnxModel",
                "parameters": {"uri": str(model.file), "extra": {"threads": threads}},
            }
        )
    )
    command = on(cpus, [f"{python.parent}/mlserver", "start", str(directory)])
    environment = {**ENVIRONMENT, "PYTHONPATH": str(directory)}
    ready = f"/v2/models/{model.name}/ready"
    return Server("MLServer", command, port, environment, cwd=directory, ready=ready)


def pytriton(python, model, cpus, threads, folder, batch=0):
    port = free_ports()
    command = [str(python), str(HERE / "peers/pytriton_server.py")]
    command += [str(model.file), model.name, str(threads), str(port)]
    command += [str(batch)] if batch else []
    # Its stub must find the library of this very Python, not another of the same minor version.
    libraries = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_config_var('LIBDIR'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    return Server(
        "Triton's front end",
        on(cpus, command),
        port,
        {**ENVIRONMENT, "PYTRITON_HOME": f"{folder}/pytriton", "LD_LIBRARY_PATH": libraries},
        cwd=folder,
        ready=f"/v2/models/{model.name}/ready",
    )
