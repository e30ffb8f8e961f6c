"""Profiles of the server as several checkouts have it, side by side: what an optimization is for.

    python3 profile.py --model FILE.onnx --inputs INPUTS --kind http|json|grpc BEFORE AFTER

Each argument is a checkout in which `./mvnw package -DskipTests -pl runtime-image -am` has run. Each is
started with its own options and put under a fixed load; Java Flight Recorder takes samples of CPU time
(one each 5 ms that a Java thread computes, also in native code) and of allocations, and the JVM's own
accounts tell what it committed. Java's methods are summed up by the innermost one outside of the JDK
(Profile.java); threads that are not Java's, those of ONNX Runtime, are seen in the system's accounts.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import tempfile

from compare import Client
from servers import TICK, Image, Model

PERIOD_MICROS = 5000
RECORDING = [
    "jdk.CPUTimeSample#enabled=true",
    f"jdk.CPUTimeSample#throttle={PERIOD_MICROS // 1000}ms",
    "jdk.ObjectAllocationSample#throttle=2000/s",
]


class Profiled:
    """One checkout's server under load."""

    def __init__(self, checkout, arguments):
        module = checkout / "runtime-image"
        with tempfile.TemporaryDirectory() as folder:
            image = Image(
                module / "target/image/app", folder, module / "src/main/image/serve.options"
            )
            image.java += ["-XX:NativeMemoryTracking=summary"]
            client = Client(image, f"{folder}/classes", arguments.seconds, 0)
            model = Model(arguments.model.resolve(), folder, arguments.inputs)
            client.golden(model)
            server = image.serve(model, arguments.server_cpus, arguments.threads, arguments.serve)
            self.measure(client, server, model, arguments, f"{folder}/load.jfr")

    def measure(self, client, server, model, arguments, recording):
        target = f"{server.port + (arguments.kind == 'grpc')}/{model.name}"
        place = (arguments.client_cpus, arguments.kind, target, arguments.clients, model.inputs)
        client.load(*place)
        self.rested = server.memory()
        jcmd(server, "JFR.start", f"filename={recording}", "settings=profile", *RECORDING)
        before = threads(server)
        self.figures = client.load(*place)
        after = threads(server)
        jcmd(server, "JFR.stop", "name=1")
        self.resident = server.memory()
        self.threads = {
            name: [end - start for start, end in zip(before.get(name, (0, 0)), total)]
            for name, total in after.items()
        }
        output = subprocess.run(
            [*client.java, "Profile", recording], check=True, stdout=subprocess.PIPE, text=True
        )
        self.profile = json.loads(output.stdout)
        server.stop()

    def of_request(self, table, scale=1):
        return {
            site: total * scale / self.figures["all"] for site, total in self.profile[table].items()
        }


def jcmd(server, *command):
    java = os.environ["JAVA_HOME"]
    subprocess.run(
        [f"{java}/bin/jcmd", str(server.process.pid), *command],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def threads(server):
    """CPU microseconds and waits (voluntary switches) of threads by name, without numbers."""
    totals = {}
    for task in pathlib.Path(f"/proc/{server.process.pid}/task").iterdir():
        try:
            name = re.sub(r"[-#]?\d*$", "", (task / "comm").read_text().strip())
            fields = (task / "stat").read_text().rsplit(")", 1)[1].split()
            status = (task / "status").read_text()
        except OSError:
            continue
        micros = (int(fields[11]) + int(fields[12])) * 1e6 / TICK
        waits = int(re.search(r"\nvoluntary_ctxt_switches:\s*(\d+)", status)[1])
        total = totals.get(name, (0, 0))
        totals[name] = (total[0] + micros, total[1] + waits)
    return totals


def table(title, columns, rows, most):
    """Rows by name, a figure in each column; those that are largest in any."""
    print(f"\n| {title} | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    names = {name for row in rows for name in row}
    ordered = sorted(names, key=lambda name: -max(row.get(name, 0) for row in rows))
    for name in ordered[:most]:
        print(f"| {name} | {' | '.join(f'{row.get(name, 0):.0f}' for row in rows)} |")
    print(f"| all | {' | '.join(f'{sum(row.values()):.0f}' for row in rows)} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("checkouts", nargs="+", type=pathlib.Path)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--inputs", required=True, help="as Input.java reads them")
    parser.add_argument("--kind", default="http", choices=["http", "json", "grpc"])
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument(
        "--seconds", type=float, default=20, help="of the load, and of the warm-up before it"
    )
    parser.add_argument("--threads", type=int, default=0, help="0: as the server chooses")
    parser.add_argument("--server-cpus", default=f"0-{os.cpu_count() - 1}")
    parser.add_argument("--client-cpus", default=f"0-{os.cpu_count() - 1}")
    parser.add_argument("--rows", type=int, default=12, help="of each table")
    parser.add_argument("--serve", action="append", default=[], help="an option of serve")
    arguments = parser.parse_args()
    runs = [Profiled(checkout, arguments) for checkout in arguments.checkouts]
    columns = [checkout.name for checkout in arguments.checkouts]
    for name, run in zip(columns, runs):
        figures = run.figures
        print(
            f"{name}: {arguments.kind}, {arguments.clients} clients,"
            f" {figures['per_second']:.0f} requests/s, p50 {figures['p50'] / 1e3:.2f} ms,"
            f" p99 {figures['p99'] / 1e3:.2f} ms; resident {run.rested:.0f} MiB before the profile,"
            f" {run.resident:.0f} MiB after it"
        )
    count = [run.figures["all"] for run in runs]
    for title, index in (("threads, CPU µs a request", 0), ("threads, waits in 1000 requests", 1)):
        scale = 1000 if index else 1
        rows = [
            {name: total[index] * scale / requests for name, total in run.threads.items()}
            for run, requests in zip(runs, count)
        ]
        table(title, columns, rows, 5)
    rows = [run.of_request("cpu", PERIOD_MICROS) for run in runs]
    table("Java threads, CPU µs a request", columns, rows, arguments.rows)
    rows = [run.of_request("allocated") for run in runs]
    table("allocated, bytes a request", columns, rows, arguments.rows)
    rows = [
        {kind: total / 1024 for kind, total in run.profile["committed"].items()} for run in runs
    ]
    table("committed by the JVM, KiB", columns, rows, arguments.rows)


if __name__ == "__main__":
    main()
