"""The server beside bare ONNX Runtime and its peers, in one run; see the script `run`.

Each figure is the median of several rounds; within a round all are measured in turn. The client,
Load.java, is compiled, sends requests made once and decodes nothing; its CPU time per request is
told with the server's.
"""

import argparse
import json
import os
import pathlib
import platform
import socket
import statistics
import subprocess
import tempfile

from servers import ENVIRONMENT, HERE, Image, Model, Server, free_ports, mlserver, on, pytriton

COLUMNS = "| | clients | requests per second | p50 | p99 | server CPU | client CPU |"
RULE = "|---|---|---|---|---|---|---|"


class Client:
    def __init__(self, image, folder, seconds, warm_up):
        self.seconds = seconds
        self.warm_up = warm_up
        onnxruntime = next(pathlib.Path(image.libraries).glob("onnxruntime-*.jar"))
        sources = [str(file) for file in HERE.glob("*.java")]
        java = os.environ["JAVA_HOME"]
        subprocess.run([f"{java}/bin/javac", "-d", folder, "-cp", onnxruntime, *sources], check=True)
        self.java = [
            f"{java}/bin/java",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-Xss512k",
            f"-Donnxruntime.native.path={image.native}",
            "-cp",
            f"{folder}:{onnxruntime}",
        ]

    def load(self, cpus, kind, target, clients, inputs):
        arguments = [kind, target, str(clients), str(self.seconds), str(self.warm_up), inputs]
        output = subprocess.run(
            on(cpus, [*self.java, "Load", *arguments]),
            check=True,
            env={**os.environ, **ENVIRONMENT},
            stdout=subprocess.PIPE,
            text=True,
        )
        return json.loads(output.stdout)

    def golden(self, model):
        """Adds golden inputs to the model's variant: those that are asked with."""
        file = model.variant / "golden.npz"
        subprocess.run(
            [*self.java, "Golden", str(model.file), model.inputs, str(file)],
            check=True,
            env={**os.environ, **ENVIRONMENT},
        )
        model.add_golden(file.name)

    def thin(self, cpus, threads, model):
        port = free_ports()
        command = [*self.java, "-XX:TieredStopAtLevel=1", "ThinServer"]
        command += [str(port), str(model.file), str(threads), model.inputs]
        return Thin("thin server", on(cpus, command), port, ENVIRONMENT)


class Thin(Server):
    """Knows no health: ready when it listens."""

    def is_ready(self, path):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Way:
    """One way to run the model: bare, or a server by a protocol."""

    def __init__(self, name, kind, server=None):
        self.name = name
        self.kind = kind
        self.server = server

    def measure(self, client, arguments, model, clients):
        if self.server is None:
            target = f"{model.file}/{arguments.threads}"
            return client.load(arguments.server_cpus, "bare", target, clients, model.inputs)
        port = self.server.port + (self.kind == "grpc")
        before = self.server.cpu_seconds()
        figures = client.load(
            arguments.client_cpus, self.kind, f"{port}/{model.name}", clients, model.inputs
        )
        figures["server"] = (self.server.cpu_seconds() - before) * 1e6 / figures["all"]
        return figures


def ways(arguments, client, image, model, folder):
    everything = {}
    wanted = arguments.servers.split(",")
    place = (model, arguments.server_cpus, arguments.threads)
    if "bare" in wanted:
        everything["bare"] = [Way("bare ONNX Runtime", "bare")]
    if "thin" in wanted:
        thin = client.thin(arguments.server_cpus, arguments.threads, model)
        everything["thin"] = [Way("thin server", "http", thin)]
    if "modelfleet" in wanted:
        threads = 0 if arguments.measure_threads else arguments.threads
        ours = image.serve(model, arguments.server_cpus, threads, arguments.serve)
        everything["modelfleet"] = [
            Way("Modelfleet, HTTP binary", "http", ours),
            Way("Modelfleet, gRPC", "grpc", ours),
        ]
        if "mlserver" in wanted:
            everything["modelfleet"].append(Way("Modelfleet, HTTP JSON", "json", ours))
    if "batching" in wanted:
        name = f"Modelfleet, batches of {arguments.batch}"
        options = [*arguments.serve, f"--max-batch-size={arguments.batch}"]
        options.append(f"--batch-delay-us={arguments.batch_delay}")
        everything["batching"] = [Way(name, "http", image.serve(*place, options, name))]
    if "mlserver" in wanted:
        peer = mlserver(arguments.venvs / "mlserver/bin/python", *place, folder)
        everything["mlserver"] = [
            Way("MLServer, HTTP JSON", "json", peer),
            Way("MLServer, gRPC", "grpc", peer),
        ]
    if "pytriton" in wanted:
        peer = pytriton(
            arguments.venvs / "pytriton/bin/python", *place, folder, arguments.peer_batch
        )
        everything["pytriton"] = [
            Way("Triton's front end, HTTP binary", "http", peer),
            Way("Triton's front end, gRPC", "grpc", peer),
        ]
    return [way for name in wanted for way in everything[name]]


def compare(arguments, client, model, everything):
    print(f"\n{model.inputs}\n\n{COLUMNS}\n{RULE}")
    for clients in map(int, arguments.clients.split(",")):
        rounds = [
            [way.measure(client, arguments, model, clients) for way in everything]
            for _ in range(arguments.rounds)
        ]
        for way, figures in zip(everything, zip(*rounds)):
            middle = {
                key: statistics.median(each[key] for each in figures) for key in figures[0]
            }
            server = middle["server"] if way.server else middle["cpu"]
            load = f"{middle['cpu']:.0f} µs" if way.server else ""
            print(
                f"| {way.name} | {clients} | {middle['per_second']:.0f} | {middle['p50'] / 1e3:.2f} ms"
                f" | {middle['p99'] / 1e3:.2f} ms | {server:.0f} µs | {load} |",
                flush=True,
            )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--app", required=True, help="runtime-image/target/image/app")
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--inputs", required=True, help="as Input.java reads them")
    parser.add_argument("--venvs", type=pathlib.Path, help="with mlserver/ and pytriton/")
    parser.add_argument("--servers", default="bare,thin,modelfleet", help="in this order")
    parser.add_argument("--clients", default="1,8,64")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument(
        "--measure-threads", action="store_true", help="let our server choose, by golden inputs"
    )
    parser.add_argument("--server-cpus", default=f"0-{os.cpu_count() - 1}")
    parser.add_argument("--client-cpus", default=f"0-{os.cpu_count() - 1}")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--warm-up", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--batch-delay", type=int, default=0)
    parser.add_argument("--peer-batch", type=int, default=0)
    parser.add_argument("--serve", action="append", default=[], help="an option of serve")
    arguments = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} CPUs, load average {os.getloadavg()[0]:.1f};"
        f" server on {arguments.server_cpus} with {arguments.threads} threads,"
        f" client on {arguments.client_cpus}; {arguments.rounds} rounds of {arguments.seconds:g} s"
    )
    with tempfile.TemporaryDirectory() as folder:
        image = Image(arguments.app, folder)
        model = Model(arguments.model.resolve(), folder, arguments.inputs)
        client = Client(image, f"{folder}/classes", arguments.seconds, arguments.warm_up)
        if arguments.measure_threads:
            client.golden(model)
        everything = ways(arguments, client, image, model, folder)
        servers = {way.server.name: way.server for way in everything if way.server}
        rest = {name: server.memory() for name, server in servers.items()}
        compare(arguments, client, model, everything)
        for server in servers.values():
            print(*server.told("requests at a time"), sep="\n")
        print("\n| memory | at rest | after the load |\n|---|---|---|")
        for name, server in servers.items():
            print(f"| {name} | {rest[name]:.0f} MiB | {server.memory():.0f} MiB |")
            server.stop()


if __name__ == "__main__":
    main()
